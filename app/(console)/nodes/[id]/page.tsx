import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { seriesInputOf } from '../../../_data/telemetry-input.ts';
import { loadThen, thenInput } from '../../../_data/then.ts';
import { NodePage } from './node-page.tsx';

export const metadata: Metadata = { title: 'Node' };

export default async function Page({ params, searchParams }: { params: Promise<{ id: string }>; searchParams: Promise<SearchParams> }) {
  const id = decodeURIComponent((await params).id);
  const { at } = await loadThen(searchParams);
  const openedAt = Date.now();
  const { queryClient, trpc } = await serverData();
  await Promise.all([
    queryClient.prefetchQuery(trpc.nodes.get.queryOptions({ id, ...thenInput(at) })),
    queryClient.prefetchQuery(trpc.why.node.queryOptions({ id, ...thenInput(at) })),
    ...(at === null ? [queryClient.prefetchQuery(trpc.telemetry.series.queryOptions(seriesInputOf({ kind: 'node', id }, '15m', openedAt)))] : []),
  ]);
  return (
    <Hydrated queryClient={queryClient}>
      <NodePage id={id} openedAt={openedAt} />
    </Hydrated>
  );
}
