'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { SyncItem } from '../../../../server/repositories/schema.ts';
import { nextCursorOf } from '../../../_data/pages.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { paths } from '../../../paths.ts';
import { List } from '../../../_shell/list.tsx';
import { Card } from '../../../_ui/card.tsx';
import type { Column } from '../../../_ui/data-table.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Status, type Tone } from '../../../_ui/status.tsx';

const states: Record<SyncItem['state'], { tone: Tone; means: string; moving?: true }> = {
  Waiting: { tone: 'info', means: 'It was asked for and begins in a moment.', moving: true },
  Running: { tone: 'info', means: 'Documents are being applied.', moving: true },
  Succeeded: { tone: 'positive', means: 'All that was to be done was done.' },
  Failed: { tone: 'critical', means: 'It was refused or ended early.' },
};

const columns: readonly Column<SyncItem>[] = [
  { id: 'state', header: 'Sync', cell: (sync) => <Status tone={states[sync.state].tone} word={sync.state} moving={states[sync.state].moving ?? false} detail={sync.problem ?? states[sync.state].means} /> },
  { id: 'commit', header: 'Commit', cell: (sync) => (sync.commit === null ? <span className="text-faint">–</span> : <span title={sync.subject}><code>{sync.commit.slice(0, 8)}</code> <span className="max-md:hidden">{sync.subject}</span></span>) },
  { id: 'did', header: 'Did', fluid: true, cell: (sync) => <Did sync={sync} /> },
  { id: 'by', header: 'Asked for by', from: 'sm', cell: (sync) => sync.requestedBy ?? <span className="text-faint">itself</span> },
  { id: 'at', header: 'When', numeric: true, cell: (sync) => <RelativeTime at={sync.createdAt} /> },
];

/** Times at which documents were applied, newest first; the last hundred are kept. */
export function SyncHistory({ id }: { id: string }) {
  const trpc = useTRPC();
  const list = useInfiniteQuery(trpc.repositories.syncs.infiniteQueryOptions({ id, limit: 25 }, { getNextPageParam: nextCursorOf }));
  return (
    <Card live>
      <List
        query={list}
        what="the syncs"
        columns={columns}
        rowKey={(sync) => sync.id}
        label="Syncs"
        nothingYet={
          <EmptyState kind="nothing-yet" title="Nothing was applied yet">
            A sync applies what differs, and is kept here with its commit.
          </EmptyState>
        }
      />
    </Card>
  );
}

function Did({ sync }: { sync: SyncItem }) {
  if (sync.problem !== null) return <span className="text-dim" title={sync.problem}>{sync.problem}</span>;
  if (sync.did.length === 0) return <span className="text-faint">{sync.state === 'Succeeded' ? 'nothing had to be done' : '–'}</span>;
  return (
    <span title={sync.did.map((one) => `${one.kind} ${one.name}: ${one.did}`).join('\n')}>
      {sync.did.map((one, index) => (
        <span key={index}>
          {index > 0 ? ', ' : ''}
          {one.deployment === null ? <>{one.name} {one.did}</> : <Link href={paths.deployment(one.deployment)} className="text-accent hover:underline">deployment of {one.name}</Link>}
        </span>
      ))}
    </span>
  );
}
