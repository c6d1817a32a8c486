'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { NodeItem } from '../../../server/nodes/schema.ts';
import type { Overview } from '../../../server/overview/schema.ts';
import { Cells } from '../../_domain/cells.tsx';
import { HealthState, SyncState } from '../../_domain/state-status.tsx';
import { useTRPC } from '../../_data/trpc.tsx';
import { count } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { Loaded } from '../../_shell/loaded.tsx';
import { Card } from '../../_ui/card.tsx';
import { Skeleton } from '../../_ui/skeleton.tsx';
import { Shape, type Tone } from '../../_ui/status.tsx';
import { areWide, fewNodesMax, wideHeight } from './node-room.ts';

/** Every node as one cell, by fleet: at a glance whether trouble is spread or in one place. A few are better read than seen. */
export function NodeCells({ summary }: { summary: Overview['nodes'] }) {
  return summary.total <= fewNodesMax ? <FewNodes /> : <ManyNodes summary={summary} />;
}

function ManyNodes({ summary }: { summary: Overview['nodes'] }) {
  const trpc = useTRPC();
  const density = useQuery(trpc.nodes.density.queryOptions());
  const wide = areWide(summary.total);
  const { byHealth, bySync } = summary;
  const legend: { tone: Tone; word: string; number: number; href: string }[] = [
    { tone: 'positive', word: 'in sync', number: bySync.Synced, href: paths.nodes({ sync: 'Synced' }) },
    { tone: 'info', word: 'applying', number: bySync.Applying, href: paths.nodes({ sync: 'Applying' }) },
    { tone: 'notice', word: 'out of sync', number: bySync.OutOfSync, href: paths.nodes({ sync: 'OutOfSync' }) },
    { tone: 'notice', word: 'drifted', number: bySync.Drifted, href: paths.nodes({ sync: 'Drifted' }) },
    { tone: 'notice', word: 'degraded', number: byHealth.Degraded, href: paths.nodes({ health: 'Degraded' }) },
    { tone: 'critical', word: 'offline', number: byHealth.Offline, href: paths.nodes({ health: 'Offline' }) },
    { tone: 'critical', word: 'failed', number: bySync.Failed, href: paths.nodes({ sync: 'Failed' }) },
    { tone: 'neutral', word: 'unknown', number: bySync.Unknown, href: paths.nodes({ sync: 'Unknown' }) },
  ];
  return (
    <Card title="Nodes" subtitle="by fleet, trouble first" span={wide ? 8 : 4} padded live>
      <Loaded query={density} what="the nodes" skeleton={<Skeleton className="h-40 w-full" />}>
        {(data) => <Cells alike={data.alike} {...(wide ? { heightMax: wideHeight } : {})} />}
      </Loaded>
      <ul className="mt-3 flex flex-wrap gap-x-3.5 gap-y-1.5">
        {legend
          .filter((each) => each.number > 0)
          .map((each) => (
            <li key={each.word}>
              <Link href={each.href} className="inline-flex items-center gap-1.5 text-dim hover:text-ink">
                <Shape tone={each.tone} className="size-2.5!" />
                {each.word} {count(each.number)}
              </Link>
            </li>
          ))}
      </ul>
    </Card>
  );
}

function FewNodes() {
  const trpc = useTRPC();
  const list = useQuery(trpc.nodes.list.queryOptions({ limit: fewNodesMax }));
  return (
    <Card title="Nodes" span={4} live>
      <Loaded query={list} what="the nodes" skeleton={<Skeleton className="h-40 w-full" />}>
        {({ items }) => (
          <ul className="divide-y divide-line border-b border-line">
            {items.map((node) => (
              <FewNode key={node.id} node={node} />
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}

function FewNode({ node: { id, name, health, sync } }: { node: NodeItem }) {
  return (
    <li className="flex min-h-9 items-center gap-3 px-4">
      <Link href={paths.node(id)} className="min-w-0 flex-1 truncate font-medium hover:underline">
        {name}
      </Link>
      <HealthState status={health.status} />
      <SyncState status={sync.status} />
    </li>
  );
}
