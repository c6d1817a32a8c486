'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useQueryStates } from 'nuqs';
import { rolloutStateSchema, type DeploymentItem } from '../../../server/deployments/schema.ts';
import { nextCursorOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { RolloutStatus } from '../../_domain/state-status.tsx';
import { count } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { useCommands } from '../../_shell/commands.tsx';
import { PageList } from '../../_shell/list.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { Button } from '../../_ui/button.tsx';
import type { Column } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { Proportions } from '../../_ui/progress.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { Select } from '../../_ui/select.tsx';
import { DeploymentPeek } from './deployment-peek.tsx';
import { deploymentTitle } from './deployment-title.ts';
import { deploymentFilters, listInput } from './filters.ts';
import { waveParts } from './wave-parts.ts';

const columns: readonly Column<DeploymentItem>[] = [
  { id: 'what', header: 'Deployment', fluid: true, cell: (item) => <Link href={paths.deployment(item.id)} title={deploymentTitle(item)} className="block truncate font-medium hover:underline">{deploymentTitle(item)}</Link> },
  { id: 'state', header: 'State', cell: (item) => <RolloutStatus state={item.state} /> },
  { id: 'nodes', header: 'Nodes', from: 'md', cell: (item) => <span className="flex w-44 items-center gap-2"><Proportions height="sm" label="Nodes" parts={waveParts(item.nodes)} /><span className="text-dim tabular-nums">{count(item.nodes.running)}/{count(item.nodes.total)}</span></span> },
  { id: 'wave', header: 'Wave', numeric: true, from: 'lg', cell: (item) => `${item.wave.index + 1} of ${item.wave.of}` },
  { id: 'started', header: 'Started', from: 'sm', cell: (item) => <><RelativeTime at={item.startedAt} /> <span className="text-faint">by {item.createdBy}</span></> },
  { id: 'note', header: 'Note', from: 'xl', cell: (item) => (item.note === '' ? <span className="text-faint">–</span> : <span title={item.note} className="block max-w-56 truncate">{item.note}</span>) },
];

const any = 'any';

/** Every decision to move a fleet, and how far its execution is. */
export function DeploymentList() {
  const trpc = useTRPC();
  const router = useRouter();
  const [filters, setFilters] = useQueryStates(deploymentFilters);
  const list = useInfiniteQuery({ ...trpc.deployments.list.infiniteQueryOptions(listInput(filters), { getNextPageParam: nextCursorOf }), placeholderData: keepPreviousData });
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
      <PageList
        live
        query={list}
        what="the deployments"
        columns={columns}
        rowKey={(item) => item.id}
        label="Deployments"
        peek={{ nameOf: deploymentTitle, draw: (item) => <DeploymentPeek deployment={item} /> }}
        filters={
          <>
            <Select
              label="State"
              value={filters.state?.[0] ?? any}
              onChange={(value) => void setFilters({ state: rolloutStateSchema.options.filter((state) => state === value).slice(0, 1) || null })}
              options={[{ value: any, label: 'Any state' }, ...rolloutStateSchema.options.map((state) => ({ value: state, label: state }))]}
            />
            {filters.fleet === null ? null : <Button onClick={() => void setFilters({ fleet: null })}>One fleet only ×</Button>}
          </>
        }
        filtered={filtered ? { none: 'No deployment matches', clear: () => void setFilters({ state: null, fleet: null }) } : undefined}
        nothingYet={
          <EmptyState kind="nothing-yet" title="Nothing has been deployed yet" action={create}>
            A deployment gives a fleet exact versions of rules and models. You see what would change on each node before it does.
          </EmptyState>
        }
      />
    </PageFrame>
  );
}
