'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { PlanNode } from '../../../../server/deployments/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { shortDigest } from '../../../_format/names.ts';
import { bytes } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { Loaded } from '../../../_shell/loaded.tsx';
import { Chip } from '../../../_ui/chip.tsx';
import { DataTable, type Column } from '../../../_ui/data-table.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';

const columns: readonly Column<PlanNode>[] = [
  { id: 'node', header: 'Node', cell: (node) => <Link href={paths.node(node.node)} className="font-medium hover:underline">{node.name}</Link> },
  { id: 'changes', header: 'Changes', cell: (node) => (node.changes.length === 0 ? <span className="text-faint">none</span> : <span className="block max-w-[260px] truncate" title={changesOf(node)}>{changesOf(node)}</span>) },
  { id: 'from', header: 'Reports', mono: true, from: 'md', cell: (node) => (node.from === null ? <span className="text-faint">nothing</span> : shortDigest(node.from)) },
  { id: 'bytes', header: 'Fetches', numeric: true, from: 'sm', cell: (node) => bytes(node.bytes) },
  { id: 'wave', header: 'Wave', numeric: true, from: 'sm', cell: (node) => node.wave + 1 },
  { id: 'connection', header: '', cell: (node) => (node.offline ? <Chip>offline</Chip> : null) },
];

function changesOf(node: PlanNode): string {
  return node.changes.map((change) => `${change.name} ${change.from ?? '–'} → ${change.to ?? '–'}`).join(', ');
}

/** Node by node, paged on the server. */
export function PlanNodes({ hash }: { hash: string }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(trpc.deployments.planNodes.infiniteQueryOptions({ hash, limit: 50 }, { getNextPageParam: (page) => page.nextCursor }));
  return (
    <Loaded query={query} what="the nodes of this plan" skeleton={<SkeletonRows rows={3} columns={4} />}>
      {({ pages }) => {
        const rows = pages.flatMap((page) => page.items);
        if (rows.length === 0) return <EmptyState kind="nothing-yet" title="This fleet has no node">Its selector names none; the bundle waits for the first that joins.</EmptyState>;
        return <DataTable columns={columns} rows={rows} rowKey={(node) => node.node} label="Nodes of the plan" total={pages[0]?.total ?? rows.length} more={query.hasNextPage ? () => void query.fetchNextPage() : undefined} loadingMore={query.isFetchingNextPage} />;
      }}
    </Loaded>
  );
}
