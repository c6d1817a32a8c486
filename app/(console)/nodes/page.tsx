import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { nextCursorOf } from '../../_data/pages.ts';
import { Hydrated, serverData } from '../../_data/server.tsx';
import { thenInput } from '../../_data/then.ts';
import { listInputOf, loadNodeFilters } from './node-filters.ts';
import { NodesPage } from './nodes-page.tsx';

export const metadata: Metadata = { title: 'Nodes' };

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const filters = await loadNodeFilters(searchParams);
  const { queryClient, trpc } = await serverData();
  await Promise.all([
    queryClient.prefetchInfiniteQuery(trpc.nodes.list.infiniteQueryOptions(listInputOf(filters), { getNextPageParam: nextCursorOf })),
    queryClient.prefetchQuery(trpc.nodes.summary.queryOptions(thenInput(filters.at))),
    ...(filters.fleet === '' || filters.fleet === 'none' ? [] : [queryClient.prefetchQuery(trpc.fleets.get.queryOptions({ id: filters.fleet, ...thenInput(filters.at) }))]),
  ]);
  return (
    <Hydrated queryClient={queryClient}>
      <NodesPage />
    </Hydrated>
  );
}
