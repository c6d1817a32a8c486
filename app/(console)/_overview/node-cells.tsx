'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { Overview } from '../../../server/overview/schema.ts';
import type { NodeCell } from '../../_domain/cell-layout.ts';
import { Cells } from '../../_domain/cells.tsx';
import { HealthState, SyncState } from '../../_domain/state-status.tsx';
import { useTRPC } from '../../_data/trpc.tsx';
import { count } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { Loaded } from '../../_shell/loaded.tsx';
import { Card } from '../../_ui/card.tsx';
import { Skeleton } from '../../_ui/skeleton.tsx';
import { Shape, type Tone } from '../../_ui/status.tsx';

/** Every node as one cell, by fleet: at a glance whether trouble is spread or in one place. */
export function NodeCells({ summary }: { summary: Overview['nodes'] }) {
  const trpc = useTRPC();
  const density = useQuery(trpc.nodes.density.queryOptions());
  const { byHealth, bySync } = summary;
  const legend: { tone: Tone; word: string; number: number; href: string }[] = [
    { tone: 'positive', word: 'in sync', number: bySync.Synced, href: paths.nodes({ sync: 'Synced' }) },
    { tone: 'info', word: 'applying', number: bySync.Applying, href: paths.nodes({ sync: 'Applying' }) },
    { tone: 'notice', word: 'out of sync', number: bySync.OutOfSync, href: paths.nodes({ sync: 'OutOfSync' }) },
    { tone: 'notice', word: 'drifted', number: bySync.Drifted, href: paths.nodes({ sync: 'Drifted' }) },
    { tone: 'notice', word: 'degraded', number: byHealth.Degraded, href: paths.nodes({ health: 'Degraded' }) },
    { tone: 'critical', word: 'offline', number: byHealth.Offline, href: paths.nodes({ health: 'Offline' }) },
    { tone: 'critical', word: 'failed', number: bySync.Failed, href: paths.nodes({ sync: 'Failed' }) },
  ];
  return (
    <Card title="Nodes" subtitle={summary.total <= listedMax ? undefined : 'by fleet, trouble first'} span={4} padded live>
      <Loaded query={density} what="the nodes" skeleton={<Skeleton className="h-40 w-full" />}>
        {(data) => (data.nodes.length <= listedMax ? <FewNodes nodes={data.nodes} /> : <Cells nodes={data.nodes} total={data.total} />)}
      </Loaded>
      {summary.total <= listedMax ? null : (
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
      )}
    </Card>
  );
}

/** So few are better read than seen. */
const listedMax = 6;

function FewNodes({ nodes }: { nodes: readonly NodeCell[] }) {
  return (
    <ul className="-mx-4 -mt-3.5 mb-3 divide-y divide-line border-b border-line">
      {nodes.map((node) => (
        <li key={node.id} className="flex min-h-9 items-center gap-3 px-4">
          <Link href={paths.node(node.id)} className="min-w-0 flex-1 truncate font-medium hover:underline">
            {node.name}
          </Link>
          <HealthState status={node.health} />
          <SyncState status={node.sync} />
        </li>
      ))}
    </ul>
  );
}
