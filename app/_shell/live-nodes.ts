import type { InfiniteData, Query, QueryClient } from '@tanstack/react-query';
import type { Change } from '../../server/live/schema.ts';
import type { NodeItem } from '../../server/nodes/schema.ts';
import type { Page } from '../_data/pages.ts';
import type { useTRPC } from '../_data/trpc.tsx';

type Trpc = ReturnType<typeof useTRPC>;

/** Rows that are asked for at once, as the control plane takes them. */
const rowsMax = 100;
/** A list stays in its order while somebody points into it, and no longer than this. */
const pointedMaxMs = 10_000;

/** What a node says of itself, and what it is told: it stands where it stood in a list by name. */
const inPlace: ReadonlySet<string> = new Set(['presence', 'reported', 'desired', 'assigned', 'timeline', 'key']);

/** Whether a change is one of many while nodes report: its row changes, and figures over nodes do. */
export function isReport({ topic, kind }: Change): boolean {
  return (topic === 'node' && inPlace.has(kind)) || (topic === 'fleet' && kind === 'status');
}

/** Reads anew what shows these nodes: of lists the rows that are in them, each in its place, and pages about one of them. */
export async function refreshRows(queryClient: QueryClient, trpc: Trpc, ids: ReadonlySet<string>): Promise<void> {
  const lists = listsOf(queryClient, trpc);
  const shown = new Set(lists.flatMap((list) => pagesIn(list).flatMap(({ items }) => items.map(({ id }) => id))));
  const changed = [...ids].filter((id) => shown.has(id));
  const single = queryClient.invalidateQueries({ predicate: (query) => isAbout(query, ids) });
  for (let from = 0; from < changed.length; from += rowsMax) {
    const rows = await queryClient.fetchQuery({ ...trpc.nodes.rows.queryOptions({ ids: changed.slice(from, from + rowsMax) }), staleTime: 0, gcTime: 0 });
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const { queryKey } of lists) queryClient.setQueryData<InfiniteData<Page<NodeItem>>>(queryKey, (data) => data && { ...data, pages: data.pages.map((page) => withRows(page, byId)) });
  }
  await single;
}

/** Reads figures over nodes anew, and lists whose order or choice goes by what nodes report. Answers whether a list was left because somebody points into it. */
export async function refreshFigures(queryClient: QueryClient, trpc: Trpc, pointedSince: number | null, now: number): Promise<boolean> {
  const pointed = pointedSince !== null && now - pointedSince < pointedMaxMs;
  const moving = listsOf(queryClient, trpc).filter(goesByReports);
  const figures = [trpc.nodes.summary, trpc.nodes.density, trpc.nodes.cells, trpc.fleets, trpc.overview, trpc.why.deployment].map((part) => queryClient.invalidateQueries({ ...part.pathFilter(), predicate: (query) => inputOf(query)['at'] === undefined }));
  const lists = pointed ? [] : moving.map(({ queryKey }) => queryClient.invalidateQueries({ queryKey, exact: true }));
  await Promise.all([...figures, ...lists]);
  return pointed && moving.length > 0;
}

/** Lists of nodes as they are now that are on the screen, page after page. */
function listsOf(queryClient: QueryClient, trpc: Trpc): Query[] {
  return queryClient.getQueryCache().findAll({ ...trpc.nodes.list.pathFilter(), type: 'active', predicate: (query) => inputOf(query)['at'] === undefined && pagesIn(query).length > 0 });
}

function pagesIn(query: Query): readonly Page<NodeItem>[] {
  const data: unknown = query.state.data;
  return typeof data === 'object' && data !== null && 'pages' in data && Array.isArray(data.pages) ? data.pages : [];
}

function withRows(page: Page<NodeItem>, rows: ReadonlyMap<string, NodeItem>): Page<NodeItem> {
  return page.items.some(({ id }) => rows.has(id)) ? { ...page, items: page.items.map((item) => rows.get(item.id) ?? item) } : page;
}

/** What a query of tRPC was asked. */
function inputOf({ queryKey: [, asked] }: Query): Record<string, unknown> {
  return typeof asked === 'object' && asked !== null && 'input' in asked && typeof asked.input === 'object' && asked.input !== null ? { ...asked.input } : {};
}

/** Whether a query is about one of these nodes, as its page is. */
function isAbout(query: Query, ids: ReadonlySet<string>): boolean {
  const [path] = query.queryKey;
  const { id, at } = inputOf(query);
  return Array.isArray(path) && (path[0] === 'nodes' || path.join('.') === 'why.node') && typeof id === 'string' && ids.has(id) && at === undefined;
}

function goesByReports(query: Query): boolean {
  const { sort, health, sync, quarantined } = inputOf(query);
  return (sort !== undefined && sort !== 'name' && sort !== '-name') || (Array.isArray(health) && health.length > 0) || (Array.isArray(sync) && sync.length > 0) || quarantined !== undefined;
}
