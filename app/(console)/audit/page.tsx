import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { nextCursorOf } from '../../_data/pages.ts';
import { Hydrated, serverData } from '../../_data/server.tsx';
import { listInputOf, loadAuditFilters } from './audit-filters.ts';
import { AuditPage } from './audit-page.tsx';

export const metadata: Metadata = { title: 'Audit' };

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const input = listInputOf(await loadAuditFilters(searchParams));
  const { queryClient, trpc } = await serverData();
  await queryClient.prefetchInfiniteQuery(trpc.audit.list.infiniteQueryOptions(input, { getNextPageParam: nextCursorOf }));
  return (
    <Hydrated queryClient={queryClient}>
      <AuditPage />
    </Hydrated>
  );
}
