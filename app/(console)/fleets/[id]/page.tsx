import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { loadThen, thenInput } from '../../../_data/then.ts';
import { FleetPage } from './fleet-page.tsx';

export const metadata: Metadata = { title: 'Fleet' };

export default async function Page({ params, searchParams }: { params: Promise<{ id: string }>; searchParams: Promise<SearchParams> }) {
  const id = decodeURIComponent((await params).id);
  const when = thenInput((await loadThen(searchParams)).at);
  const { queryClient, trpc } = await serverData();
  await Promise.all([
    queryClient.prefetchQuery(trpc.fleets.get.queryOptions({ id, ...when })),
    queryClient.prefetchQuery(trpc.nodes.list.queryOptions({ fleet: id, limit: 25, sort: 'sync', ...when })),
  ]);
  return (
    <Hydrated queryClient={queryClient}>
      <FleetPage id={id} openedAt={Date.now()} />
    </Hydrated>
  );
}
