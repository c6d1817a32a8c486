import type { ReactNode } from 'react';
import { Hydrated, requireLivePosition, serverData } from '../_data/server.tsx';
import { Shell } from '../_shell/shell.tsx';

/** Every page of the console: behind a session, inside the shell, which needs to know who it is and how many of what there are. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const since = await requireLivePosition();
  const { queryClient, trpc } = await serverData();
  await Promise.all([queryClient.prefetchQuery(trpc.identity.me.queryOptions()), queryClient.prefetchQuery(trpc.overview.get.queryOptions())]);
  return (
    <Hydrated queryClient={queryClient}>
      <Shell since={since}>{children}</Shell>
    </Hydrated>
  );
}
