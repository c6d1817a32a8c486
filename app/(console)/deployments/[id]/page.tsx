import type { Metadata } from 'next';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { RolloutPage } from './rollout-page.tsx';

export const metadata: Metadata = { title: 'Deployment' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const { queryClient, trpc } = await serverData();
  await queryClient.prefetchQuery(trpc.deployments.get.queryOptions({ id }));
  return (
    <Hydrated queryClient={queryClient}>
      <RolloutPage id={id} />
    </Hydrated>
  );
}
