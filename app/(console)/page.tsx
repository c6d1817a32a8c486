import type { Metadata } from 'next';
import { Hydrated, serverData } from '../_data/server.tsx';
import { seriesInputOf } from '../_data/telemetry-input.ts';
import { OverviewPage } from './_overview/overview-page.tsx';

export const metadata: Metadata = { title: 'Overview' };

export default async function Page() {
  const { queryClient, trpc } = await serverData();
  const openedAt = Date.now();
  await Promise.all([
    queryClient.prefetchQuery(trpc.overview.get.queryOptions()),
    queryClient.prefetchQuery(trpc.nodes.density.queryOptions()),
    queryClient.prefetchQuery(trpc.telemetry.series.queryOptions(seriesInputOf({ kind: 'all' }, '1h', openedAt))),
  ]);
  return (
    <Hydrated queryClient={queryClient}>
      <OverviewPage openedAt={openedAt} />
    </Hydrated>
  );
}
