import type { Metadata } from 'next';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { RepositoryPage } from './repository-page.tsx';

export const metadata: Metadata = { title: 'Repository' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const id = decodeURIComponent((await params).id);
  const { queryClient, trpc } = await serverData();
  await queryClient.prefetchQuery(trpc.repositories.get.queryOptions({ id }));
  return (
    <Hydrated queryClient={queryClient}>
      <RepositoryPage id={id} />
    </Hydrated>
  );
}
