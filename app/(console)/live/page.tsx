import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { Hydrated, serverData } from '../../_data/server.tsx';
import { seriesInputOf } from '../../_data/telemetry-input.ts';
import { loadLiveFilters, parseScope, scopesToFind } from './live-filters.ts';
import { LivePage } from './live-page.tsx';

export const metadata: Metadata = { title: 'Live' };

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { scope, range } = await loadLiveFilters(searchParams);
  const chosen = parseScope(scope);
  const openedAt = Date.now();
  const { queryClient, trpc } = await serverData();
  await Promise.all([
    queryClient.prefetchQuery(trpc.telemetry.series.queryOptions(seriesInputOf(chosen, range, openedAt))),
    queryClient.prefetchQuery(trpc.fleets.list.queryOptions(scopesToFind(''))),
    queryClient.prefetchQuery(trpc.nodes.list.queryOptions(scopesToFind(''))),
    chosen.kind === 'fleet' ? queryClient.prefetchQuery(trpc.fleets.get.queryOptions({ id: chosen.id })) : undefined,
    chosen.kind === 'node' ? queryClient.prefetchQuery(trpc.nodes.get.queryOptions({ id: chosen.id })) : undefined,
  ]);
  return (
    <Hydrated queryClient={queryClient}>
      <LivePage openedAt={openedAt} />
    </Hydrated>
  );
}
