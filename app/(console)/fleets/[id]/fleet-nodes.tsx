'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { Fleet } from '../../../../server/fleets/schema.ts';
import type { NodeItem } from '../../../../server/nodes/schema.ts';
import { nodeColumns, pastNodeColumns } from '../../nodes/node-columns.tsx';
import { useTRPC } from '../../../_data/trpc.tsx';
import { count } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { Loaded } from '../../../_shell/loaded.tsx';
import { Card } from '../../../_ui/card.tsx';
import { DataTable, type Column } from '../../../_ui/data-table.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';

const withoutFleet = (all: readonly Column<NodeItem>[]) => all.filter((column) => column.id !== 'fleet').map(({ sort: _sort, ...column }) => column);
const columns = withoutFleet(nodeColumns);

/** The fleet's nodes, now or at a moment, those first that are not in sync. */
export function FleetNodes({ fleet, at }: { fleet: Fleet; at?: number }) {
  const trpc = useTRPC();
  const nodes = useQuery(trpc.nodes.list.queryOptions({ fleet: fleet.id, limit: 25, sort: 'sync', ...(at === undefined ? {} : { at }) }));
  return (
    <Card
      title="Nodes"
      live={at === undefined}
      actions={
        <Link href={paths.nodes({ fleet: fleet.id, then: at })} className="hover:text-ink">
          All {count(fleet.nodes.total)}
        </Link>
      }
    >
      <Loaded query={nodes} what="the nodes" skeleton={<SkeletonRows />}>
        {(data) =>
          data.items.length === 0 ? (
            <EmptyState kind="nothing-yet" title="No node matches its selector">
              Give a node labels that match <code>{fleet.selector}</code>, or change the selector in Settings.
            </EmptyState>
          ) : (
            <DataTable columns={at === undefined ? columns : withoutFleet(pastNodeColumns(at))} rows={data.items} rowKey={(node) => node.id} label={`Nodes of ${fleet.name}`} />
          )
        }
      </Loaded>
    </Card>
  );
}
