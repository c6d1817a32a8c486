import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { Hydrated, serverData } from '../../_data/server.tsx';
import { listInput, loadModelFilters } from './filters.ts';
import { ModelList } from './model-list.tsx';

export const metadata: Metadata = { title: 'Models' };

export default async function ModelsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { queryClient, trpc } = await serverData();
  const input = listInput(await loadModelFilters(searchParams));
  await queryClient.prefetchInfiniteQuery(trpc.models.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }));
  return (
    <Hydrated queryClient={queryClient}>
      <ModelList />
    </Hydrated>
  );
}
