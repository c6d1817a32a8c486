import type { Metadata } from 'next';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { firstFleets, rulesMatching } from './choices.ts';
import { NewDeployment } from './new-deployment.tsx';

export const metadata: Metadata = { title: 'New deployment' };

export default async function NewDeploymentPage() {
  const { queryClient, trpc } = await serverData();
  await Promise.all([queryClient.prefetchQuery(trpc.fleets.list.queryOptions(firstFleets)), queryClient.prefetchQuery(trpc.rules.list.queryOptions(rulesMatching('')))]);
  return (
    <Hydrated queryClient={queryClient}>
      <NewDeployment />
    </Hydrated>
  );
}
