/**
 * Every address of the console. Pages and components build links from here alone, so that a page can move and a test can hold
 * all addresses against what was promised to people's bookmarks.
 */
type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

function at(path: string, query?: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value !== null && value !== undefined && value !== '') search.set(key, String(value));
  return search.size > 0 ? `${path}?${search}` : path;
}

const part = encodeURIComponent;

/** A moment of the past as the address has it. */
const moment = (then: number | undefined) => (then === undefined ? undefined : new Date(then).toISOString());
const thenOf = ({ then, ...query }: Query & { then?: number | undefined } = {}): Query => ({ ...query, at: moment(then) });

export type NodeTab = 'state' | 'live' | 'store' | 'timeline' | 'identity';

export const paths = {
  overview: () => '/',
  live: (query?: { scope?: string | undefined; range?: string | undefined }) => at('/live', query),
  detections: (query?: { node?: string | undefined; fleet?: string | undefined; rule?: string | undefined; severity?: string | undefined; range?: string | undefined; group?: string | undefined }) => at('/detections', query),
  alerts: (query?: { state?: string | undefined; severity?: string | undefined; alert?: string | undefined }) => at('/alerts', query),
  detection: (id: string) => `/detections/${part(id)}`,
  nodes: (query?: { query?: string | undefined; health?: string | undefined; sync?: string | undefined; quarantined?: boolean | undefined; fleet?: string | undefined; label?: string | undefined; sort?: string | undefined; then?: number | undefined }) => at('/nodes', thenOf(query)),
  node: (id: string, tab?: NodeTab, then?: number) => at(`/nodes/${part(id)}`, { tab: tab === 'state' ? undefined : tab, at: moment(then) }),
  fleets: (query?: { create?: string | undefined; query?: string | undefined; then?: number | undefined }) => at('/fleets', thenOf(query)),
  fleet: (id: string, then?: number) => at(`/fleets/${part(id)}`, { at: moment(then) }),
  enrolment: (query?: { state?: string | undefined }) => at('/enrolment', query),
  deployments: (query?: { state?: string | undefined; fleet?: string | undefined }) => at('/deployments', query),
  newDeployment: (query?: { fleet?: string | undefined; rule?: string | undefined }) => at('/deployments/new', query),
  deployment: (id: string) => `/deployments/${part(id)}`,
  rules: () => '/rules',
  newRule: () => '/rules/new',
  rule: (name: string, query?: { version?: number; detection?: string }) => at(`/rules/${part(name)}`, query),
  models: () => '/models',
  model: (name: string, query?: { version?: number }) => at(`/models/${part(name)}`, query),
  repositories: () => '/repositories',
  repository: (id: string) => `/repositories/${part(id)}`,
  audit: (query?: { object?: string | undefined; actor?: string | undefined; action?: string | undefined; outcome?: string | undefined }) => at('/audit', query),
  settings: (tab?: 'members' | 'roles' | 'tokens' | 'account' | 'keys' | 'notifications') => at('/settings', { tab }),
  signIn: (query?: { next?: string | undefined }) => at('/sign-in', query),
  breakGlass: () => '/sign-in/break-glass',
  apiReference: () => '/api/docs',
} as const;
