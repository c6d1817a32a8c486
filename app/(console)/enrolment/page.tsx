import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { nextCursorOf } from '../../_data/pages.ts';
import { Hydrated, serverData } from '../../_data/server.tsx';
import { loadEnrolmentFilters } from './enrolment-filters.ts';
import { EnrolmentPage } from './enrolment-page.tsx';

export const metadata: Metadata = { title: 'Enrolment' };

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { state } = await loadEnrolmentFilters(searchParams);
  const { queryClient, trpc } = await serverData();
  await Promise.all([
    queryClient.prefetchInfiniteQuery(trpc.enrollment.requests.list.infiniteQueryOptions({ state, limit: 20 }, { getNextPageParam: nextCursorOf })),
    queryClient.prefetchInfiniteQuery(trpc.enrollment.tokens.list.infiniteQueryOptions({ limit: 50 }, { getNextPageParam: nextCursorOf })),
  ]);
  return (
    <Hydrated queryClient={queryClient}>
      <EnrolmentPage />
    </Hydrated>
  );
}
