'use client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useState } from 'react';
import type { RepositoryDetail } from '../../../../server/repositories/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { RepositoryState } from '../../../_domain/state-status.tsx';
import { count } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { useCommands } from '../../../_shell/commands.tsx';
import { Loaded, useFailureToast } from '../../../_shell/loaded.tsx';
import { PageFrame } from '../../../_shell/page-frame.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Facts } from '../../../_ui/facts.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Skeleton } from '../../../_ui/skeleton.tsx';
import { Shape } from '../../../_ui/status.tsx';
import { Tabs } from '../../../_ui/tabs.tsx';
import { useToast } from '../../../_ui/toast.tsx';
import { Differences } from './differences.tsx';
import { RemoveRepositoryDialog } from './remove-repository-dialog.tsx';
import { RepositorySettings } from './repository-settings.tsx';
import { SyncDialog } from './sync-dialog.tsx';
import { SyncHistory } from './sync-history.tsx';

const tabNames = ['differences', 'history', 'settings'] as const;

export function RepositoryPage({ id }: { id: string }) {
  const trpc = useTRPC();
  const repository = useQuery(trpc.repositories.get.queryOptions({ id }));
  return (
    <PageFrame crumbs={[{ label: 'Repositories', href: paths.repositories() }, { label: repository.data?.name ?? 'Repository' }]}>
      <Loaded query={repository} what="the repository" back={{ label: 'All repositories', href: paths.repositories() }} skeleton={<Skeleton className="h-72 w-full rounded-lg" />}>
        {(data) => <Content repository={data} />}
      </Loaded>
    </PageFrame>
  );
}

function Content({ repository }: { repository: RepositoryDetail }) {
  const trpc = useTRPC();
  const toast = useToast();
  const failed = useFailureToast();
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(tabNames).withDefault('differences').withOptions({ history: 'push' }));
  const [asking, setAsking] = useState<'sync' | 'remove' | null>(null);
  const refresh = useMutation(
    trpc.repositories.refresh.mutationOptions({
      onSuccess: () => toast({ tone: 'info', title: 'The branch is asked again', description: 'What is found shows here when it has been compared.' }),
      onError: (error) => failed('The branch was not asked', error),
    }),
  );
  const { id, name, head, applied, can, problem } = repository;
  const refusedSync = can.sync.allowed ? undefined : can.sync.reason;
  const refusedRemove = can.remove.allowed ? undefined : can.remove.reason;
  useCommands([
    { label: 'Sync the repository', shortcut: 's', run: () => setAsking('sync'), refused: refusedSync },
    { label: 'Ask the branch again', shortcut: 'r', run: () => refresh.mutate({ id }), refused: refusedSync },
    { label: 'Remove the repository', run: () => setAsking('remove'), refused: refusedRemove },
  ]);
  const commit = applied?.commit.slice(0, 8);
  return (
    <>
      <PageHead
        title={name}
        purpose={
          <>
            <code className="break-all">{repository.url}</code>
            <span>
              branch <code>{repository.branch}</code>
              {repository.path === '' ? null : <>, folder <code>{repository.path}</code></>}
            </span>
          </>
        }
        actions={
          <>
            <Button tone="critical" onClick={() => setAsking('remove')} refused={refusedRemove}>
              Remove
            </Button>
            <Button onClick={() => refresh.mutate({ id })} busy={refresh.isPending || repository.working} refused={refusedSync}>
              Refresh
            </Button>
            <Button tone="primary" onClick={() => setAsking('sync')} busy={repository.syncing !== null} refused={refusedSync}>
              Sync
            </Button>
          </>
        }
      />
      {problem === null ? null : <Problem text={problem} />}
      <Facts
        live
        facts={[
          { label: 'Status', value: <span className="text-lg!"><RepositoryState status={repository.status} message={problem?.split('\n')[0]} /></span>, note: repository.readAt === null ? 'not read yet' : <>asked <RelativeTime at={repository.readAt} /></> },
          { label: 'Differs', value: count(repository.pending), note: repository.pending === 0 ? 'all is as it says' : repository.autoSync ? 'and is applied by itself' : 'and waits for a person' },
          { label: 'Drifted', value: count(repository.drifted), note: repository.drifted === 0 ? 'nothing was changed by hand' : repository.selfHeal ? 'and is put back by itself' : 'changed here since' },
          { label: 'Commit', value: <code className="text-xl!">{head?.id.slice(0, 8) ?? '–'}</code>, note: head === null ? 'not read yet' : <span className="block truncate" title={`${head.subject}\n${head.author}`}>{head.subject}</span> },
          { label: 'Applied', value: <code className="text-xl!">{commit ?? '–'}</code>, note: applied === null ? 'never' : <RelativeTime at={applied.at} /> },
        ]}
      />
      <Tabs
        label="Repository"
        value={tab}
        onChange={(next) => void setTab(next)}
        tabs={[
          { value: 'differences', label: 'Differences', content: <Differences repository={repository} /> },
          { value: 'history', label: 'History', content: <SyncHistory id={id} /> },
          { value: 'settings', label: 'Settings', content: <RepositorySettings key={repository.version} repository={repository} /> },
        ]}
      />
      <SyncDialog repository={repository} open={asking === 'sync'} close={() => setAsking(null)} />
      <RemoveRepositoryDialog repository={repository} open={asking === 'remove'} close={() => setAsking(null)} />
    </>
  );
}

/** What is wrong, first the sentence and then each place. Nothing of a commit at fault was applied. */
function Problem({ text }: { text: string }) {
  const [first, ...places] = text.split('\n');
  return (
    <div role="status" className="mb-4 flex gap-2.5 rounded-lg border border-line bg-panel px-4 py-3">
      <Shape tone="critical" className="mt-[3px]" />
      <div className="min-w-0">
        <p className="font-medium break-words">{first}</p>
        {places.length === 0 ? null : (
          <ul className="mt-1 text-dim">
            {places.map((place) => (
              <li key={place} className="break-words">
                <code>{place}</code>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
