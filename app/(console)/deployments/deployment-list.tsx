'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useQueryStates } from 'nuqs';
import { rolloutStateSchema, type DeploymentItem } from '../../../server/deployments/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { RolloutStatus } from '../../_domain/state-status.tsx';
import { paths } from '../../paths.ts';
import { useCommands } from '../../_shell/commands.tsx';
import { Loaded } from '../../_shell/loaded.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { Proportions } from '../../_ui/progress.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { Select } from '../../_ui/select.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { deploymentFilters, listInput } from './filters.ts';
import { waveParts } from './wave-parts.ts';

const columns: readonly Column<DeploymentItem>[] = [
  { id: 'what', header: 'Deployment', cell: (item) => <Link href={paths.deployment(item.id)} title={item.summary.join(', ')} className="block max-w-[190px] truncate font-medium hover:underline sm:max-w-[320px] lg:max-w-[420px]">{item.fleet.name}: {item.summary.join(', ') || 'settings'}</Link> },
  { id: 'state', header: 'State', cell: (item) => <RolloutStatus state={item.state} /> },
  { id: 'nodes', header: 'Nodes', from: 'md', cell: (item) => <span className="flex w-40 items-center gap-2"><Proportions height="sm" label="Nodes" parts={waveParts(item.nodes)} /><span className="text-dim tabular-nums">{item.nodes.running}/{item.nodes.total}</span></span> },
  { id: 'wave', header: 'Wave', numeric: true, from: 'lg', cell: (item) => `${item.wave.index + 1} of ${item.wave.of}` },
  { id: 'started', header: 'Started', from: 'sm', cell: (item) => <><RelativeTime at={item.startedAt} /> <span className="text-faint">by {item.createdBy}</span></> },
  { id: 'note', header: 'Note', from: 'xl', cell: (item) => item.note || <span className="text-faint">–</span> },
];

const any = 'any';

/** Every decision to move a fleet, and how far its execution is. */
export function DeploymentList() {
  const trpc = useTRPC();
  const router = useRouter();
  const [filters, setFilters] = useQueryStates(deploymentFilters);
  const query = useInfiniteQuery(trpc.deployments.list.infiniteQueryOptions(listInput(filters), { getNextPageParam: (page) => page.nextCursor }));
  const refusal = useRefusal('deployments:write', 'Operators and administrators');
  useCommands([{ label: 'New deployment', shortcut: 'c', run: () => router.push(paths.newDeployment()), refused: refusal }]);
  const create = (
    <Button tone="primary" refused={refusal} render={<Link href={paths.newDeployment()} />}>
      New deployment
    </Button>
  );
  const filtered = (filters.state?.length ?? 0) > 0 || filters.fleet !== null;
  return (
    <PageFrame crumbs={[{ label: 'Deployments' }]}>
      <PageHead title="Deployments" purpose="Fleets moved from one bundle to another: planned first, then in waves, done when the nodes say so." actions={create} />
      <Card live>
        <div className="flex flex-wrap gap-2 border-b border-line px-4 py-2.5">
          <Select
            label="State"
            size="sm"
            value={filters.state?.[0] ?? any}
            onChange={(value) => void setFilters({ state: rolloutStateSchema.options.filter((state) => state === value).slice(0, 1) || null })}
            options={[{ value: any, label: 'Any state' }, ...rolloutStateSchema.options.map((state) => ({ value: state, label: state }))]}
          />
          {filters.fleet === null ? null : <Button size="sm" onClick={() => void setFilters({ fleet: null })}>One fleet only ×</Button>}
        </div>
        <Loaded query={query} what="the deployments" skeleton={<SkeletonRows columns={5} />}>
          {({ pages }) => {
            const rows = pages.flatMap((page) => page.items);
            if (rows.length > 0) {
              return <DataTable columns={columns} rows={rows} rowKey={(item) => item.id} label="Deployments" total={pages[0]?.total ?? rows.length} more={query.hasNextPage ? () => void query.fetchNextPage() : undefined} loadingMore={query.isFetchingNextPage} />;
            }
            return filtered ? (
              <EmptyState kind="no-match" title="No deployment matches" action={<Button onClick={() => void setFilters({ state: null, fleet: null })}>Show all</Button>} />
            ) : (
              <EmptyState kind="nothing-yet" title="Nothing has been deployed yet" action={create}>
                A deployment gives a fleet exact versions of rules and models. You see what would change on each node before it does.
              </EmptyState>
            );
          }}
        </Loaded>
      </Card>
    </PageFrame>
  );
}
