import type { Metadata } from 'next';
import { nextCursorOf } from '../../../_data/pages.ts';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { decisionsInput } from './decisions-input.ts';
import { RolloutPage } from './rollout-page.tsx';

export const metadata: Metadata = { title: 'Deployment' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const { queryClient, trpc } = await serverData();
  await Promise.all([
    queryClient.prefetchQuery(trpc.deployments.get.queryOptions({ id })),
    queryClient.prefetchQuery(trpc.why.deployment.queryOptions({ id })),
    queryClient.prefetchInfiniteQuery(trpc.deployments.decisions.infiniteQueryOptions(decisionsInput(id), { getNextPageParam: nextCursorOf })),
  ]);
  return (
    <Hydrated queryClient={queryClient}>
      <RolloutPage id={id} />
    </Hydrated>
  );
}
