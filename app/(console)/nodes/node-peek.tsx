'use client';
import { skipToken, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { DiffEntry, NodeItem } from '../../../server/nodes/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Causes } from '../../_domain/explanation.tsx';
import { Labels } from '../../_domain/labels.tsx';
import { HealthState, QuarantinedState, SyncState } from '../../_domain/state-status.tsx';
import { count } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { Loaded } from '../../_shell/loaded.tsx';
import { Details } from '../../_ui/details.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';

/** What the page of a node says first: how it stands and why, what comes before all else, and what it should run against what it does. */
export function NodePeek({ node, at }: { node: NodeItem; at: number | undefined }) {
  const trpc = useTRPC();
  const detail = useQuery(trpc.nodes.get.queryOptions({ id: node.id, ...(at === undefined ? {} : { at }) }));
  // Only of the present can it be said what is in the way.
  const why = useQuery(trpc.why.node.queryOptions(at === undefined ? { id: node.id } : skipToken));
  const since = at === undefined ? {} : { since: null };
  const first = why.data?.causes[0];
  return (
    <div className="divide-y divide-line">
      <Details
        rows={[
          { name: 'Health', value: <Told status={<HealthState {...node.health} {...since} showLasting />} message={node.health.message} /> },
          {
            name: 'Sync',
            value: <Told status={node.quarantine === null ? <SyncState {...node.sync} {...since} showLasting /> : <QuarantinedState {...node.quarantine} {...since} sync={node.sync.status} />} message={node.quarantine?.because ?? node.sync.message} />,
          },
        ]}
      />
      {first === undefined ? null : <Causes causes={[first]} />}
      <Details
        rows={[
          { name: 'Fleet', value: node.fleet ? <Link href={paths.fleet(node.fleet.id, at)} className="hover:underline">{node.fleet.name}</Link> : 'none' },
          { name: 'Labels', value: Object.keys(node.labels).length === 0 ? null : <Labels labels={node.labels} /> },
          { name: 'Generation', value: `${count(node.generation.observed)} reported, ${count(node.generation.desired)} desired` },
          ...(at === undefined ? [{ name: 'Last seen', value: node.lastSeenAt === null ? 'never' : <RelativeTime at={node.lastSeenAt} /> }] : []),
        ]}
      />
      <Loaded query={detail} what="the node" skeleton={<SkeletonRows rows={3} columns={2} />}>
        {({ diff }) => (diff.length === 0 ? <p className="px-4 py-3 text-dim">Nothing is desired of it.</p> : <Details rows={diff.map((entry) => ({ name: entry.kind === 'settings' ? 'Settings' : entry.part, value: <Versions entry={entry} /> }))} />)}
      </Loaded>
    </div>
  );
}

function Told({ status, message }: { status: ReactNode; message: string }) {
  return (
    <>
      {status}
      {message === '' ? null : <p className="text-dim">{message}</p>}
    </>
  );
}

/** What runs, and what should where that is something else. */
function Versions({ entry }: { entry: DiffEntry }) {
  if (entry.change === 'same') return <>{entry.reported ?? entry.desired}</>;
  return (
    <>
      {entry.reported ?? 'nothing'} runs, <b className="font-medium">{entry.desired ?? 'nothing'}</b> desired
    </>
  );
}
