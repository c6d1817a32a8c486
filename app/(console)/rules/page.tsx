import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { Hydrated, serverData } from '../../_data/server.tsx';
import { listInput, loadRuleFilters } from './filters.ts';
import { RuleList } from './rule-list.tsx';

export const metadata: Metadata = { title: 'Rules' };

export default async function RulesPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { queryClient, trpc } = await serverData();
  const input = listInput(await loadRuleFilters(searchParams));
  await queryClient.prefetchInfiniteQuery(trpc.rules.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }));
  return (
    <Hydrated queryClient={queryClient}>
      <RuleList />
    </Hydrated>
  );
}
