'use client';
import Link from 'next/link';
import type { NodeItem } from '../../../server/nodes/schema.ts';
import { Labels } from '../../_domain/labels.tsx';
import { HealthState, QuarantinedState, SyncState } from '../../_domain/state-status.tsx';
import { count, rate, steady } from '../../_format/number.ts';
import { microseconds } from '../../_format/time.ts';
import { paths } from '../../paths.ts';
import type { Column } from '../../_ui/data-table.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';

const dash = <span className="text-faint">–</span>;

export const nodeColumns: readonly Column<NodeItem>[] = [
  {
    id: 'name',
    header: 'Node',
    sort: 'name',
    cell: (node) => (
      <Link href={paths.node(node.id)} className="font-medium hover:underline">
        {node.name}
      </Link>
    ),
  },
  { id: 'health', header: 'Health', sort: 'health', oneWay: true, cell: (node) => <HealthState {...node.health} /> },
  { id: 'sync', header: 'Sync', sort: 'sync', oneWay: true, cell: (node) => (node.quarantine === null ? <SyncState {...node.sync} /> : <QuarantinedState {...node.quarantine} sync={node.sync.status} />) },
  { id: 'fleet', header: 'Fleet', from: 'sm', cell: (node) => (node.fleet ? <Link href={paths.fleet(node.fleet.id)} className="hover:underline">{node.fleet.name}</Link> : <span className="text-faint">none</span>) },
  { id: 'labels', header: 'Labels', from: 'xl', fluid: true, cell: (node) => <Labels labels={node.labels} max={3} oneLine /> },
  { id: 'events', header: 'Events', numeric: true, from: 'md', cell: (node) => (node.rates ? rate(node.rates.events) : dash) },
  { id: 'latency', header: 'p99', numeric: true, from: 'lg', cell: (node) => (node.rates?.latencyP99Us == null ? dash : microseconds(node.rates.latencyP99Us, steady)) },
  { id: 'buffered', header: 'Buffered', numeric: true, from: 'lg', cell: (node) => <span className={node.buffered > 0 ? undefined : 'text-faint'}>{count(node.buffered)}</span> },
  { id: 'seen', header: 'Last seen', numeric: true, sort: 'lastSeenAt', from: 'sm', cell: (node) => (node.lastSeenAt === null ? <span className="text-faint">never</span> : <RelativeTime at={node.lastSeenAt} />) },
];

/** Of a moment of the past: what stood, with no time that is counted up to now, and links that stay in the past. */
export function pastNodeColumns(at: number): readonly Column<NodeItem>[] {
  return [
    {
      id: 'name',
      header: 'Node',
      sort: 'name',
      cell: (node) => (
        <Link href={paths.node(node.id, undefined, at)} className="font-medium hover:underline">
          {node.name}
        </Link>
      ),
    },
    { id: 'health', header: 'Health', sort: 'health', oneWay: true, cell: (node) => <HealthState {...node.health} since={null} /> },
    { id: 'sync', header: 'Sync', sort: 'sync', oneWay: true, cell: (node) => (node.quarantine === null ? <SyncState {...node.sync} since={null} /> : <QuarantinedState {...node.quarantine} since={null} sync={node.sync.status} />) },
    { id: 'fleet', header: 'Fleet', from: 'sm', cell: (node) => (node.fleet ? <Link href={paths.fleet(node.fleet.id, at)} className="hover:underline">{node.fleet.name}</Link> : <span className="text-faint">none</span>) },
    { id: 'labels', header: 'Labels', from: 'lg', fluid: true, cell: (node) => <Labels labels={node.labels} max={4} oneLine /> },
    { id: 'generation', header: 'Generation', numeric: true, from: 'md', cell: (node) => (node.generation.observed === node.generation.desired ? count(node.generation.observed) : `${count(node.generation.observed)} of ${count(node.generation.desired)}`) },
    { id: 'agent', header: 'Agent', numeric: true, from: 'lg', cell: (node) => node.agentVersion },
  ];
}
