import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { nextCursorOf } from '../../_data/pages.ts';
import { Hydrated, serverData } from '../../_data/server.tsx';
import { listInput, loadRepositoryFilters } from './filters.ts';
import { RepositoryList } from './repository-list.tsx';

export const metadata: Metadata = { title: 'Repositories' };

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const filters = await loadRepositoryFilters(searchParams);
  const { queryClient, trpc } = await serverData();
  await queryClient.prefetchInfiniteQuery(trpc.repositories.list.infiniteQueryOptions(listInput(filters), { getNextPageParam: nextCursorOf }));
  return (
    <Hydrated queryClient={queryClient}>
      <RepositoryList />
    </Hydrated>
  );
}
