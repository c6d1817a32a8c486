import type { Metadata } from 'next';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { FleetPage } from './fleet-page.tsx';

export const metadata: Metadata = { title: 'Fleet' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const id = decodeURIComponent((await params).id);
  const { queryClient, trpc } = await serverData();
  await Promise.all([
    queryClient.prefetchQuery(trpc.fleets.get.queryOptions({ id })),
    queryClient.prefetchQuery(trpc.nodes.list.queryOptions({ fleet: id, limit: 25, sort: 'sync' })),
  ]);
  return (
    <Hydrated queryClient={queryClient}>
      <FleetPage id={id} openedAt={Date.now()} />
    </Hydrated>
  );
}
