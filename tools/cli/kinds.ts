import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { ageOf, type Column } from './output.ts';

/** A kind of thing that can be listed and described; the schemas hold only what the tables show. */
export interface Kind {
  /** As it is written: singular, plural and short, as kubectl has them. */
  names: readonly string[];
  path: string;
  /** How one is addressed below `path`. */
  key: 'id' | 'name';
  schema: z.ZodType<Item>;
  columns(now: number): readonly Column<Item>[];
}

export type Item = z.infer<typeof itemSchema>;
const status = z.looseObject({ status: z.string(), reason: z.string().optional() });
const versioned = z.looseObject({ version: z.number() });
const itemSchema = z.looseObject({
  id: z.string(),
  name: z.string().optional(),
  state: z.string().optional(),
  title: z.string().optional(),
  selector: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  fleet: z.looseObject({ name: z.string() }).nullish(),
  quarantine: z.looseObject({ because: z.string() }).nullish(),
  node: z.looseObject({ name: z.string() }).nullish(),
  health: status.optional(),
  sync: status.optional(),
  generation: z.looseObject({ desired: z.number(), observed: z.number() }).optional(),
  agentVersion: z.string().optional(),
  lastSeenAt: z.number().nullish(),
  buffered: z.number().optional(),
  rates: z.looseObject({ events: z.number(), latencyP99Us: z.number().nullable() }).nullish(),
  nodes: z.looseObject({ total: z.number(), synced: z.number().optional(), running: z.number().optional(), failed: z.number().optional(), offline: z.number().optional(), applying: z.number().optional() }).optional(),
  latest: versioned.nullish(),
  versions: z.number().optional(),
  aliases: z.array(z.looseObject({ name: z.string(), version: z.number() })).optional(),
  summary: z.array(z.string()).optional(),
  createdBy: z.string().optional(),
  startedAt: z.number().optional(),
  finishedAt: z.number().nullish(),
  deployedAt: z.number().nullish(),
  severity: z.string().optional(),
  rule: z.union([z.string(), z.looseObject({ name: z.string() })]).nullish(),
  stream: z.string().nullish(),
  count: z.number().optional(),
  firstAt: z.number().optional(),
  lastAt: z.number().optional(),
  at: z.number().optional(),
  status: z.string().optional(),
  url: z.string().optional(),
  branch: z.string().optional(),
  head: z.looseObject({ id: z.string() }).nullish(),
  pending: z.number().optional(),
  drifted: z.number().optional(),
});

const name: Column<Item> = { head: 'NAME', value: (item) => item.name ?? item.id };

export const kinds: readonly Kind[] = [
  {
    names: ['node', 'nodes', 'no'],
    path: '/nodes',
    key: 'id',
    schema: itemSchema,
    columns: (now) => [
      name,
      { head: 'FLEET', value: (item) => item.fleet?.name },
      { head: 'HEALTH', value: (item) => item.health?.status },
      { head: 'SYNC', value: (item) => item.sync?.status },
      { head: 'GENERATION', value: (item) => (item.generation === undefined ? null : `${item.generation.observed}/${item.generation.desired}`) },
      { head: 'SEEN', value: (item) => ageOf(item.lastSeenAt, now) },
      { head: 'QUARANTINE', wide: true, value: (item) => item.quarantine?.because },
      { head: 'EVENTS/S', wide: true, value: (item) => item.rates?.events.toFixed(1) },
      { head: 'BUFFERED', wide: true, value: (item) => item.buffered },
      { head: 'AGENT', wide: true, value: (item) => item.agentVersion },
      { head: 'LABELS', wide: true, value: (item) => Object.entries(item.labels ?? {}).map(([key, value]) => `${key}=${value}`).join(',') },
    ],
  },
  {
    names: ['fleet', 'fleets', 'fl'],
    path: '/fleets',
    key: 'id',
    schema: itemSchema,
    columns: (now) => [name, { head: 'SELECTOR', value: (item) => item.selector }, { head: 'NODES', value: (item) => item.nodes?.total }, { head: 'SYNCED', value: (item) => item.nodes?.synced }, { head: 'FAILED', value: (item) => item.nodes?.failed }, { head: 'OFFLINE', value: (item) => item.nodes?.offline }, { head: 'DEPLOYED', value: (item) => ageOf(item.deployedAt, now) }],
  },
  {
    names: ['rule', 'rules', 'ru'],
    path: '/rules',
    key: 'name',
    schema: itemSchema,
    columns: () => [name, { head: 'LATEST', value: (item) => item.latest?.version }, { head: 'ID', wide: true, value: (item) => item.id }],
  },
  {
    names: ['model', 'models', 'mo'],
    path: '/models',
    key: 'name',
    schema: itemSchema,
    columns: () => [name, { head: 'LATEST', value: (item) => item.latest?.version }, { head: 'VERSIONS', value: (item) => item.versions }, { head: 'ALIASES', value: (item) => item.aliases?.map((one) => `${one.name}=${one.version}`).join(',') }],
  },
  {
    names: ['deployment', 'deployments', 'deploy'],
    path: '/deployments',
    key: 'id',
    schema: itemSchema,
    columns: (now) => [
      { head: 'ID', value: (item) => item.id },
      { head: 'FLEET', value: (item) => item.fleet?.name },
      { head: 'STATE', value: (item) => item.state },
      { head: 'RUNNING', value: (item) => (item.nodes === undefined ? null : `${item.nodes.running ?? 0}/${item.nodes.total}`) },
      { head: 'FAILED', value: (item) => item.nodes?.failed },
      { head: 'AGE', value: (item) => ageOf(item.startedAt, now) },
      { head: 'CHANGES', value: (item) => item.summary?.join(', ') },
      { head: 'BY', wide: true, value: (item) => item.createdBy },
    ],
  },
  {
    names: ['repository', 'repositories', 'repo', 'repos'],
    path: '/repositories',
    key: 'id',
    schema: itemSchema,
    columns: () => [
      name,
      { head: 'STATUS', value: (item) => item.status },
      { head: 'COMMIT', value: (item) => item.head?.id.slice(0, 12) },
      { head: 'PENDING', value: (item) => item.pending },
      { head: 'DRIFTED', value: (item) => item.drifted },
      { head: 'BRANCH', wide: true, value: (item) => item.branch },
      { head: 'URL', wide: true, value: (item) => item.url },
    ],
  },
  {
    names: ['detection', 'detections', 'det'],
    path: '/detections',
    key: 'id',
    schema: itemSchema,
    columns: (now) => [{ head: 'AGE', value: (item) => ageOf(item.at, now) }, { head: 'SEVERITY', value: (item) => item.severity }, { head: 'TITLE', value: (item) => item.title }, { head: 'NODE', value: (item) => item.node?.name }, { head: 'RULE', value: (item) => (typeof item.rule === 'string' ? item.rule : item.rule?.name) }, { head: 'ID', wide: true, value: (item) => item.id }],
  },
  {
    names: ['alert', 'alerts', 'al'],
    path: '/alerts',
    key: 'id',
    schema: itemSchema,
    columns: (now) => [{ head: 'AGE', value: (item) => ageOf(item.firstAt, now) }, { head: 'LAST', value: (item) => ageOf(item.lastAt, now) }, { head: 'SEVERITY', value: (item) => item.severity }, { head: 'STATE', value: (item) => item.state }, { head: 'COUNT', value: (item) => item.count }, { head: 'TITLE', value: (item) => item.title }, { head: 'FLEET', wide: true, value: (item) => item.fleet?.name }, { head: 'ID', wide: true, value: (item) => item.id }],
  },
];

export function kindOf(written: string): Kind {
  const kind = kinds.find((one) => one.names.includes(written.toLowerCase()));
  if (kind === undefined) throw new CliError(exitCodes.usage, `There is no kind '${written}'; there are ${kinds.map((one) => one.names[1]).join(', ')}.`);
  return kind;
}

/** A kind with a name, as two words or as the one that `apply` prints: `fleet lots`, `fleet/lots`. Names have slashes of their own, kinds have none. */
export function addressed(written: string, name: string | undefined): { kind: Kind; name: string } {
  const slash = written.indexOf('/');
  if (name !== undefined) return { kind: kindOf(written), name };
  if (slash === -1 || slash === written.length - 1) throw new CliError(exitCodes.usage, `Say which: ${written.replace('/', '')} NAME, or ${written.replace('/', '')}/NAME.`);
  return { kind: kindOf(written.slice(0, slash)), name: written.slice(slash + 1) };
}

/** Kinds that are addressed by id and looked up by name. */
const byName: ReadonlySet<string> = new Set(['/nodes', '/fleets', '/repositories']);

/** One thing by its name or id, a deployment by its id or as the newest of a fleet; of then where a moment is given. Throws when there is none. */
export async function find(client: ApiClient, kind: Kind, written: string, when: { at?: number } = {}): Promise<Item> {
  if (kind.path === '/deployments' && !idText.test(written)) return newestOf(client, kind, await find(client, kindOf('fleet'), written, when), when);
  const named = kind.key === 'name' || !byName.has(kind.path) ? [] : await client.list(kind.path, { query: written, ...when }, 500);
  const item = named.map((one) => kind.schema.parse(one)).find((one) => one.name === written);
  if (item !== undefined) return item;
  return kind.schema.parse(await client.get(`${kind.path}/${encodeURIComponent(written)}`, when));
}

const idText = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function newestOf(client: ApiClient, kind: Kind, fleet: Item, { at }: { at?: number }): Promise<Item> {
  const [newest] = await client.list('/deployments', { fleet: fleet.id, startedUntil: at }, 1);
  if (newest === undefined) throw new CliError(exitCodes.notFound, `${nameOf(fleet)} ${at === undefined ? 'has had no deployment' : 'had had no deployment by then'}.`);
  return kind.schema.parse(newest);
}

export function nameOf(item: Item): string {
  return item.name ?? item.id;
}
