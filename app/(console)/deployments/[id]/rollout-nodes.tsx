'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { parseAsInteger, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { nodeRolloutStateSchema, type DeploymentNode } from '../../../../server/deployments/schema.ts';
import { nextCursorOf } from '../../../_data/pages.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { RolloutNodeStatus } from '../../../_domain/state-status.tsx';
import { paths } from '../../../paths.ts';
import { List } from '../../../_shell/list.tsx';
import type { Column } from '../../../_ui/data-table.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Select } from '../../../_ui/select.tsx';

const columns: readonly Column<DeploymentNode>[] = [
  { id: 'node', header: 'Node', cell: (node) => <Link href={paths.node(node.node)} className="font-medium hover:underline">{node.name}</Link> },
  { id: 'state', header: 'State', cell: (node) => <RolloutNodeStatus state={node.state} message={node.message} since={node.since} /> },
  { id: 'message', header: 'What it says', from: 'md', fluid: true, cell: (node) => node.message || <span className="text-faint">–</span> },
  { id: 'wave', header: 'Wave', numeric: true, from: 'sm', cell: (node) => node.wave + 1 },
  { id: 'generation', header: 'Generation', numeric: true, from: 'lg', cell: (node) => node.generation ?? <span className="text-faint">–</span> },
  { id: 'since', header: 'Since', from: 'sm', cell: (node) => <RelativeTime at={node.since} /> },
];

const any = 'any';

/** The nodes of a rollout, filtered by wave and state in the address. */
export function RolloutNodes({ id, waves }: { id: string; waves: number }) {
  const trpc = useTRPC();
  const [filters, setFilters] = useQueryStates({ wave: parseAsInteger, state: parseAsStringLiteral(nodeRolloutStateSchema.options) });
  const input = { id, limit: 50, ...(filters.wave === null ? {} : { wave: filters.wave }), ...(filters.state === null ? {} : { state: filters.state }) };
  const query = useInfiniteQuery(trpc.deployments.nodes.infiniteQueryOptions(input, { getNextPageParam: nextCursorOf }));
  return (
    <>
      <div className="flex flex-wrap gap-2 border-b border-line px-4 py-2.5">
        <Select label="State" size="sm" value={filters.state ?? any} onChange={(value) => void setFilters({ state: nodeRolloutStateSchema.options.find((state) => state === value) ?? null })}
          options={[{ value: any, label: 'Any state' }, ...nodeRolloutStateSchema.options.map((state) => ({ value: state, label: state }))]} />
        {waves > 1 ? (
          <Select label="Wave" size="sm" value={filters.wave === null ? any : String(filters.wave)} onChange={(value) => void setFilters({ wave: value === any ? null : Number(value) })}
            options={[{ value: any, label: 'Any wave' }, ...Array.from({ length: waves }, (_, index) => ({ value: String(index), label: `Wave ${index + 1}` }))]} />
        ) : null}
      </div>
      <List
        query={query}
        what="the nodes of this rollout"
        columns={columns}
        rowKey={(node) => node.node}
        label="Nodes"
        filtered={filters.wave === null && filters.state === null ? undefined : { none: 'No node matches', clear: () => void setFilters({ wave: null, state: null }) }}
        nothingYet={<EmptyState kind="nothing-yet" title="It has no nodes" />}
      />
    </>
  );
}
