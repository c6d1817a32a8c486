import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { Hydrated, serverData } from '../../_data/server.tsx';
import { DeploymentList } from './deployment-list.tsx';
import { listInput, loadDeploymentFilters } from './filters.ts';

export const metadata: Metadata = { title: 'Deployments' };

export default async function DeploymentsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { queryClient, trpc } = await serverData();
  const input = listInput(await loadDeploymentFilters(searchParams));
  await queryClient.prefetchInfiniteQuery(trpc.deployments.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }));
  return (
    <Hydrated queryClient={queryClient}>
      <DeploymentList />
    </Hydrated>
  );
}
