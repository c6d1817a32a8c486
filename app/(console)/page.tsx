import type { Metadata } from 'next';
import { Hydrated, serverData } from '../_data/server.tsx';
import { seriesInputOf } from '../_data/telemetry-input.ts';
import { fewNodesMax } from './_overview/node-room.ts';
import { OverviewPage } from './_overview/overview-page.tsx';

export const metadata: Metadata = { title: 'Overview' };

export default async function Page() {
  const { queryClient, trpc } = await serverData();
  const openedAt = Date.now();
  await Promise.all([
    queryClient.prefetchQuery(trpc.overview.get.queryOptions()),
    queryClient.prefetchQuery(trpc.nodes.density.queryOptions()).then(async () => {
      const few = (queryClient.getQueryData(trpc.nodes.density.queryKey())?.total ?? 0) <= fewNodesMax;
      if (few) await queryClient.prefetchQuery(trpc.nodes.list.queryOptions({ limit: fewNodesMax }));
    }),
    queryClient.prefetchQuery(trpc.telemetry.series.queryOptions(seriesInputOf({ kind: 'all' }, '1h', openedAt))),
  ]);
  return (
    <Hydrated queryClient={queryClient}>
      <OverviewPage openedAt={openedAt} />
    </Hydrated>
  );
}
