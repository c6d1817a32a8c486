'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useQueryStates } from 'nuqs';
import { useCallback } from 'react';
import type { RepositoryItem } from '../../../server/repositories/schema.ts';
import { nextCursorOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { RepositoryState } from '../../_domain/state-status.tsx';
import { count, plural } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { useCommands } from '../../_shell/commands.tsx';
import { PageList } from '../../_shell/list.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { Button } from '../../_ui/button.tsx';
import type { Column } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { FilterInput } from '../../_ui/filter-input.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { ConnectDialog } from './connect-dialog.tsx';
import { listInput, repositoryFilterParsers } from './filters.ts';

const columns: readonly Column<RepositoryItem>[] = [
  { id: 'name', header: 'Repository', cell: (repository) => <Link href={paths.repository(repository.id)} className="font-medium hover:underline">{repository.name}</Link> },
  { id: 'status', header: 'Status', cell: (repository) => <RepositoryState status={repository.status} message={repository.problem} /> },
  { id: 'differs', header: 'Differs', numeric: true, cell: (repository) => (repository.pending === 0 ? <span className="text-faint">nothing</span> : count(repository.pending)) },
  { id: 'drifted', header: 'Drifted', numeric: true, from: 'sm', cell: (repository) => (repository.drifted === 0 ? <span className="text-faint">none</span> : count(repository.drifted)) },
  {
    id: 'head', header: 'Commit', from: 'sm', fluid: true,
    cell: ({ head }) => (head === null ? <span className="text-faint">not read yet</span> : <span title={`${head.subject}\n${head.author}`}><code>{head.id.slice(0, 8)}</code> {head.subject}</span>),
  },
  { id: 'keeps', header: 'Keeps', numeric: true, from: 'lg', cell: (repository) => plural(repository.objects, 'thing') },
  { id: 'itself', header: 'By itself', from: 'xl', cell: (repository) => byItself(repository) },
  { id: 'applied', header: 'Applied', numeric: true, from: 'md', cell: ({ applied }) => (applied === null ? <span className="text-faint">never</span> : <RelativeTime at={applied.at} />) },
];

function byItself({ autoSync, selfHeal, prune }: RepositoryItem) {
  const does = [autoSync && 'syncs', selfHeal && 'heals', prune && 'prunes'].filter((one) => one !== false);
  return does.length === 0 ? <span className="text-faint">nothing</span> : does.join(', ');
}

/** Branches of Git that say what runs here, each with how far what runs is from what it says. */
export function RepositoryList() {
  const trpc = useTRPC();
  const [filters, setFilters] = useQueryStates(repositoryFilterParsers, { history: 'push', clearOnDefault: true });
  const list = useInfiniteQuery({ ...trpc.repositories.list.infiniteQueryOptions(listInput(filters), { getNextPageParam: nextCursorOf }), placeholderData: keepPreviousData });
  const setQuery = useCallback((query: string) => void setFilters({ query }, { history: 'replace' }), [setFilters]);
  const refused = useRefusal('repositories:write', 'Administrators');
  const open = () => void setFilters({ connect: '1' });
  useCommands([{ label: 'Connect a repository', shortcut: 'c', run: open, refused }]);
  const connect = (
    <Button tone="primary" onClick={open} refused={refused}>
      Connect a repository
    </Button>
  );
  return (
    <PageFrame crumbs={[{ label: 'Repositories' }]}>
      <PageHead title="Repositories" purpose="Branches of Git whose documents say which rules, fleets and deployments there are to be." actions={connect} />
      <PageList
        live
        query={list}
        what="the repositories"
        columns={columns}
        rowKey={(repository) => repository.id}
        label="Repositories"
        filters={<FilterInput value={filters.query} onChange={setQuery} label="Filter repositories" placeholder="Part of a name" />}
        filtered={filters.query === '' ? undefined : { none: 'No repository matches', clear: () => void setFilters({ query: '' }) }}
        nothingYet={
          <EmptyState kind="nothing-yet" title="No repository yet" action={connect}>
            Put the documents that you give to <code>selvedge apply</code> into a repository, and connect it: what differs is shown before anything is applied.
          </EmptyState>
        }
      />
      <ConnectDialog open={filters.connect !== '' && refused === undefined} close={() => void setFilters({ connect: '' }, { history: 'replace' })} />
    </PageFrame>
  );
}
