'use client';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useQueryStates } from 'nuqs';
import { useCallback, useMemo, useState } from 'react';
import { nextCursorOf, rowsOf } from '../../_data/pages.ts';
import { thenInput } from '../../_data/then.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { everyFleet, FleetFinder } from '../../_domain/fleet-finder.tsx';
import { healthMeanings, quarantinedMeaning, syncMeanings } from '../../_domain/meanings.ts';
import { StatusFilter } from '../../_domain/status-filter.tsx';
import { ThenControl, ThenNotice } from '../../_domain/then.tsx';
import { plural } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { PageList } from '../../_shell/list.tsx';
import { useEnrolmentRefusal } from '../../_shell/me.tsx';
import { useOrigin } from '../../_shell/origin.ts';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { Button, buttonClasses } from '../../_ui/button.tsx';
import { CodeBlock } from '../../_ui/code-block.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { FilterInput } from '../../_ui/filter-input.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { noSelection } from '../../_ui/selection.ts';
import { nodeColumns, pastNodeColumns } from './node-columns.tsx';
import { listInputOf, nodeFilterParsers, nodeSorts } from './node-filters.ts';
import { NodePeek } from './node-peek.tsx';
import { SelectionBar } from './several/selection-bar.tsx';

const noFleet = { value: 'none', label: 'No fleet' };

export function NodesPage() {
  const trpc = useTRPC();
  const [filters, setFilters] = useQueryStates(nodeFilterParsers, { history: 'push', clearOnDefault: true });
  const summary = useQuery(trpc.nodes.summary.queryOptions(thenInput(filters.at)));
  const list = useInfiniteQuery({ ...trpc.nodes.list.infiniteQueryOptions(listInputOf(filters), { getNextPageParam: nextCursorOf }), placeholderData: keepPreviousData });
  const setQuery = useCallback((query: string) => void setFilters({ query }, { history: 'replace' }), [setFilters]);
  const filtered = filters.query !== '' || filters.health.length > 0 || filters.sync.length > 0 || filters.quarantined || filters.fleet !== '' || filters.label !== '';
  const then = filters.at?.getTime();
  const columns = useMemo(() => (then === undefined ? nodeColumns : pastNodeColumns(then)), [then]);
  const clear = () => void setFilters({ ...Object.fromEntries(Object.keys(nodeFilterParsers).map((name) => [name, null])), at: filters.at });
  const total = summary.data?.total;
  const [selection, setSelection] = useState(noSelection);
  // What the filters have left out of the list is not acted on either.
  const selected = list.data === undefined ? [] : rowsOf(list.data).rows.filter(({ id }) => selection.has(id));
  const cannotEnrol = useEnrolmentRefusal();
  return (
    <PageFrame crumbs={[{ label: 'Nodes' }]}>
      <ThenNotice />
      <PageHead
        title="Nodes"
        purpose={purposeOf(total, then !== undefined)}
        actions={
          <>
            <ThenControl />
            {then === undefined ? (
              <Button refused={cannotEnrol} render={<Link href={paths.enrolment()} />}>
                Add a node
              </Button>
            ) : null}
          </>
        }
      />
      <PageList
        live={then === undefined}
        query={list}
        what="the nodes"
        columns={columns}
        rowKey={(node) => node.id}
        label="Nodes"
        peek={{ nameOf: (node) => node.name, draw: (node) => <NodePeek node={node} at={then} /> }}
        selectable={then === undefined ? { selection, onChange: setSelection, nameOf: (node) => node.name } : undefined}
        sort={filters.sort}
        onSort={(next) => {
          const sort = nodeSorts.find((each) => each === next);
          if (sort) void setFilters({ sort });
        }}
        skeleton={{ rows: 12, columns: 6 }}
        filters={
          <>
            <FilterInput value={filters.query} onChange={setQuery} label="Filter nodes" placeholder="Name, or labels: site=plant-3" hint="Part of a name, or a selector over labels: site=plant-3, line in (a,b), !spare" />
            <FleetFinder label="Fleet" chosen={filters.fleet} onChange={(fleet) => void setFilters({ fleet })} others={[everyFleet, noFleet]} at={then} />
            <div className="flex flex-wrap gap-x-3 gap-y-2 max-sm:-mx-4 max-sm:flex-nowrap max-sm:overflow-x-auto max-sm:px-4 max-sm:[scrollbar-width:none] max-sm:[&>*]:shrink-0 max-sm:[&>*]:flex-nowrap">
              <StatusFilter label="Health" meanings={healthMeanings} counts={summary.data?.byHealth} selected={filters.health} onChange={(health) => void setFilters({ health })} />
              <StatusFilter label="Sync" meanings={syncMeanings} counts={summary.data?.bySync} selected={filters.sync} onChange={(sync) => void setFilters({ sync })} />
              <StatusFilter label="Rollouts" meanings={{ Quarantined: quarantinedMeaning }} counts={summary.data && { Quarantined: summary.data.quarantined }} selected={filters.quarantined ? ['Quarantined'] : []} onChange={(left) => void setFilters({ quarantined: left.length > 0 })} />
            </div>
            {filtered ? (
              <Button tone="quiet" onClick={clear}>
                Clear
              </Button>
            ) : null}
          </>
        }
        filtered={filtered ? { none: 'No node matches', hint: filters.label ? `The labels must match ${filters.label}.` : 'Loosen the filters, or look for another name.', clear } : undefined}
        nothingYet={then !== undefined ? <EmptyState kind="nothing-yet" title="There was no node then">Nodes show here from the moment at which they were approved.</EmptyState> : cannotEnrol === undefined ? <NoNodes /> : <EmptyState kind="nothing-yet" title="No node in your fleets yet">Nodes show here when they join the fleets that you are limited to.</EmptyState>}
      />
      {then === undefined ? <SelectionBar nodes={selected} clear={() => setSelection(noSelection)} /> : null}
    </PageFrame>
  );
}

function purposeOf(total: number | undefined, past: boolean): string {
  if (total === undefined || total === 0) return 'Machines that run our agent.';
  return past ? `${plural(total, 'machine')} that ran our agent.` : `${plural(total, 'machine')} that run${total === 1 ? 's' : ''} our agent.`;
}

function NoNodes() {
  const link = useOrigin();
  return (
    <EmptyState
      kind="nothing-yet"
      title="No node yet"
      action={
        <Link href={paths.enrolment()} className={buttonClasses('primary')}>
          Open enrolment
        </Link>
      }
    >
      <p className="mb-3">Start an agent on any machine. It asks to join, and you approve it by its fingerprint.</p>
      <CodeBlock code={`npm run agent -- --name first-node --link ${link}`} />
    </EmptyState>
  );
}
