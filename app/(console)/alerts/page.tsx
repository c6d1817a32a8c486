import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { nextCursorOf } from '../../_data/pages.ts';
import { Hydrated, serverData } from '../../_data/server.tsx';
import { AlertList } from './alert-list.tsx';
import { listInput, loadAlertFilters } from './filters.ts';

export const metadata: Metadata = { title: 'Alerts' };

export default async function AlertsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const filters = await loadAlertFilters(searchParams);
  const { queryClient, trpc } = await serverData();
  await Promise.all([
    queryClient.prefetchInfiniteQuery(trpc.alerts.list.infiniteQueryOptions(listInput(filters), { getNextPageParam: nextCursorOf })),
    ...(filters.alert === null ? [] : [queryClient.prefetchQuery(trpc.alerts.get.queryOptions({ id: filters.alert }))]),
  ]);
  return (
    <Hydrated queryClient={queryClient}>
      <AlertList />
    </Hydrated>
  );
}
