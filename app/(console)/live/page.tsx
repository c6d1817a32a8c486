import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { Hydrated, serverData } from '../../_data/server.tsx';
import { seriesInputOf } from '../../_data/telemetry-input.ts';
import { loadLiveFilters, parseScope } from './live-filters.ts';
import { LivePage } from './live-page.tsx';

export const metadata: Metadata = { title: 'Live' };

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { scope, range } = await loadLiveFilters(searchParams);
  const openedAt = Date.now();
  const { queryClient, trpc } = await serverData();
  await Promise.all([
    queryClient.prefetchQuery(trpc.telemetry.series.queryOptions(seriesInputOf(parseScope(scope), range, openedAt))),
    queryClient.prefetchQuery(trpc.fleets.list.queryOptions({ limit: 200 })),
    queryClient.prefetchQuery(trpc.nodes.list.queryOptions({ limit: 200, sort: 'name' })),
  ]);
  return (
    <Hydrated queryClient={queryClient}>
      <LivePage openedAt={openedAt} />
    </Hydrated>
  );
}
