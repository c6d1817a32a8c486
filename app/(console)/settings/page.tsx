import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { nextCursorOf } from '../../_data/pages.ts';
import { Hydrated, serverData } from '../../_data/server.tsx';
import { loadSettingsTab } from './settings-tabs.ts';
import { SettingsPage } from './settings-page.tsx';

export const metadata: Metadata = { title: 'Settings' };

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { tab } = await loadSettingsTab(searchParams);
  const { queryClient, trpc } = await serverData();
  switch (tab) {
    case 'members':
      await Promise.all([queryClient.prefetchQuery(trpc.identity.members.list.queryOptions()), queryClient.prefetchQuery(trpc.identity.breakGlass.list.queryOptions())]);
      break;
    case 'roles':
      await queryClient.prefetchQuery(trpc.identity.roles.list.queryOptions());
      break;
    case 'tokens':
      await queryClient.prefetchInfiniteQuery(trpc.identity.tokens.list.infiniteQueryOptions({ limit: 50 }, { getNextPageParam: nextCursorOf }));
      break;
    case 'notifications':
      await Promise.all([queryClient.prefetchQuery(trpc.settings.notifications.get.queryOptions()), queryClient.prefetchInfiniteQuery(trpc.settings.notifications.deliveries.infiniteQueryOptions({ limit: 20 }, { getNextPageParam: nextCursorOf }))]);
      break;
    case 'account':
      await queryClient.prefetchQuery(trpc.identity.sessions.list.queryOptions());
      break;
    case 'keys':
      await queryClient.prefetchQuery(trpc.settings.signingKeys.list.queryOptions({}));
      break;
  }
  return (
    <Hydrated queryClient={queryClient}>
      <SettingsPage />
    </Hydrated>
  );
}
