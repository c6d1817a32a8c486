import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { nextCursorOf } from '../../_data/pages.ts';
import { Hydrated, serverData } from '../../_data/server.tsx';
import { detectionsInputOf, groupsInputOf, loadDetectionFilters } from './detection-filters.ts';
import { DetectionsPage } from './detections-page.tsx';

export const metadata: Metadata = { title: 'Detections' };

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const filters = await loadDetectionFilters(searchParams);
  const { queryClient, trpc } = await serverData();
  await Promise.all([
    queryClient.prefetchQuery(trpc.detections.groups.queryOptions(groupsInputOf(filters))),
    queryClient.prefetchInfiniteQuery(trpc.detections.list.infiniteQueryOptions(detectionsInputOf(filters), { getNextPageParam: nextCursorOf })),
    ...(filters.fleet === '' ? [] : [queryClient.prefetchQuery(trpc.fleets.get.queryOptions({ id: filters.fleet }))]),
  ]);
  return (
    <Hydrated queryClient={queryClient}>
      <DetectionsPage />
    </Hydrated>
  );
}
