import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { nextCursorOf } from '../../../_data/pages.ts';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { loadThen, thenInput } from '../../../_data/then.ts';
import { decisionsInput } from './decisions-input.ts';
import { RolloutPage } from './rollout-page.tsx';

export const metadata: Metadata = { title: 'Deployment' };

export default async function Page({ params, searchParams }: { params: Promise<{ id: string }>; searchParams: Promise<SearchParams> }) {
  const { id } = await params;
  const when = thenInput((await loadThen(searchParams)).at);
  const { queryClient, trpc } = await serverData();
  await Promise.all([
    queryClient.prefetchQuery(trpc.deployments.get.queryOptions({ id, ...when })),
    queryClient.prefetchQuery(trpc.why.deployment.queryOptions({ id, ...when })),
    queryClient.prefetchInfiniteQuery(trpc.deployments.decisions.infiniteQueryOptions(decisionsInput(id, when.at), { getNextPageParam: nextCursorOf })),
  ]);
  return (
    <Hydrated queryClient={queryClient}>
      <RolloutPage id={id} />
    </Hydrated>
  );
}
