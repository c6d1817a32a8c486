'use client';
import { useQuery } from '@tanstack/react-query';
import type { Fleet } from '../../../../server/fleets/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { Cells } from '../../../_domain/cells.tsx';
import { Loaded } from '../../../_shell/loaded.tsx';
import { Card } from '../../../_ui/card.tsx';
import { Skeleton } from '../../../_ui/skeleton.tsx';

/** So few are better read in the table. */
const listedMax = 25;

/** About as tall as the cells of so many will be, so that what stands below hardly moves when they come. */
const heightOf = (nodes: number): number => Math.min(232, Math.ceil(nodes / 60) * 18 - 3);

/** Every node of a fleet as one cell, now or at a moment, where they are more than its table shows. */
export function FleetCells({ fleet, at }: { fleet: Fleet; at?: number }) {
  const trpc = useTRPC();
  const many = fleet.nodes.total > listedMax;
  const density = useQuery({ ...trpc.nodes.density.queryOptions({ fleet: fleet.id, ...(at === undefined ? {} : { at }) }), enabled: many });
  if (!many) return null;
  return (
    <Card title="At a glance" subtitle="a cell for each node, trouble first" padded live={at === undefined}>
      <Loaded query={density} what="the nodes" skeleton={<div style={{ height: heightOf(fleet.nodes.total) }}><Skeleton className="h-full w-full" /></div>}>
        {(data) => <Cells alike={data.alike} then={at} />}
      </Loaded>
    </Card>
  );
}
