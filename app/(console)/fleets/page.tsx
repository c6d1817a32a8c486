import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { nextCursorOf } from '../../_data/pages.ts';
import { Hydrated, serverData } from '../../_data/server.tsx';
import { fleetListInputOf, loadFleetFilters } from './fleet-filters.ts';
import { FleetsPage } from './fleets-page.tsx';

export const metadata: Metadata = { title: 'Fleets' };

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const filters = await loadFleetFilters(searchParams);
  const { queryClient, trpc } = await serverData();
  await queryClient.prefetchInfiniteQuery(trpc.fleets.list.infiniteQueryOptions(fleetListInputOf(filters), { getNextPageParam: nextCursorOf }));
  return (
    <Hydrated queryClient={queryClient}>
      <FleetsPage />
    </Hydrated>
  );
}
