'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useQueryStates } from 'nuqs';
import { useCallback, useMemo } from 'react';
import type { FleetItem } from '../../../server/fleets/schema.ts';
import { nextCursorOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { FleetCounts, fleetTrouble } from '../../_domain/fleet-counts.tsx';
import { ThenControl, ThenNotice } from '../../_domain/then.tsx';
import { shortDigest } from '../../_format/names.ts';
import { count, plural } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { useCommands } from '../../_shell/commands.tsx';
import { PageList } from '../../_shell/list.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { Button } from '../../_ui/button.tsx';
import type { Column } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { FilterInput } from '../../_ui/filter-input.tsx';
import { AbsoluteTime } from '../../_ui/moment.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { Status } from '../../_ui/status.tsx';
import { CreateFleetDialog } from './create-fleet-dialog.tsx';
import { fleetFilterParsers, fleetListInputOf, fleetSorts } from './fleet-filters.ts';
import { FleetPeek } from './fleet-peek.tsx';

/** Of now, or of a moment of the past, in which links stay. */
const columnsAt = (then: number | undefined): readonly Column<FleetItem>[] => [
  {
    id: 'name',
    header: 'Fleet',
    sort: 'name',
    cell: (fleet) => (
      <Link href={paths.fleet(fleet.id, then)} className="font-medium hover:underline">
        {fleet.name}
      </Link>
    ),
  },
  { id: 'selector', header: 'Selector', from: 'md', fluid: true, cell: (fleet) => <code className="text-dim">{fleet.selector}</code> },
  {
    id: 'synced',
    header: 'Up to date',
    cell: (fleet) => (
      <span className="flex items-center gap-3" title={fleetTrouble(fleet.nodes) || undefined}>
        <span className="w-28 tabular-nums">{fleet.nodes.total === 0 ? <span className="text-faint">no node</span> : `${count(fleet.nodes.synced)} of ${count(fleet.nodes.total)}`}</span>
        <span className="hidden w-28 sm:block">
          <FleetCounts nodes={fleet.nodes} name={fleet.name} />
        </span>
      </span>
    ),
  },
  {
    id: 'overlap',
    header: 'Overlap',
    from: 'lg',
    cell: (fleet) =>
      fleet.overlaps.length === 0 ? (
        <span className="text-faint">none</span>
      ) : (
        <Status tone="notice" word={plural(fleet.overlaps.reduce((sum, each) => sum + each.nodes, 0), 'node')} detail={fleet.overlaps.map((each) => `${plural(each.nodes, 'node')} also match ${each.fleet.name}.`).join(' ')} />
      ),
  },
  { id: 'bundle', header: 'Bundle', mono: true, from: 'sm', cell: (fleet) => (fleet.bundle ? <span title={`${fleet.bundle.rules} rules, ${fleet.bundle.models} models`}>{shortDigest(fleet.bundle.digest)}</span> : <span className="text-faint">none</span>) },
  { id: 'deployed', header: 'Deployed', numeric: true, from: 'sm', cell: (fleet) => (fleet.deployedAt === null ? <span className="text-faint">never</span> : then === undefined ? <RelativeTime at={fleet.deployedAt} /> : <AbsoluteTime at={fleet.deployedAt} />) },
];

export function FleetsPage() {
  const trpc = useTRPC();
  const [filters, setFilters] = useQueryStates(fleetFilterParsers, { history: 'push', clearOnDefault: true });
  const list = useInfiniteQuery({ ...trpc.fleets.list.infiniteQueryOptions(fleetListInputOf(filters), { getNextPageParam: nextCursorOf }), placeholderData: keepPreviousData });
  const setQuery = useCallback((query: string) => void setFilters({ query }, { history: 'replace' }), [setFilters]);
  const refused = useRefusal('fleets:write', 'Operators and administrators', 'organization');
  const open = () => void setFilters({ create: '1' });
  useCommands([{ label: 'Create a fleet', shortcut: 'c', run: open, refused }]);
  const then = filters.at?.getTime();
  const columns = useMemo(() => columnsAt(then), [then]);
  const create = (
    <Button tone="primary" onClick={open} refused={refused}>
      Create a fleet
    </Button>
  );
  return (
    <PageFrame crumbs={[{ label: 'Fleets' }]}>
      <ThenNotice />
      <PageHead
        title="Fleets"
        purpose="A fleet is the nodes that a selector names. They run the same bundle."
        actions={
          <>
            <ThenControl />
            {then === undefined ? create : null}
          </>
        }
      />
      <PageList
        live={then === undefined}
        query={list}
        what="the fleets"
        columns={columns}
        rowKey={(fleet) => fleet.id}
        label="Fleets"
        peek={{ nameOf: (fleet) => fleet.name, draw: (fleet) => <FleetPeek fleet={fleet} at={then} /> }}
        sort={filters.sort}
        onSort={(next) => {
          const sort = fleetSorts.find((each) => each === next);
          if (sort) void setFilters({ sort });
        }}
        filters={<FilterInput value={filters.query} onChange={setQuery} label="Filter fleets" placeholder="Part of a name" />}
        filtered={filters.query === '' ? undefined : { none: 'No fleet matches', clear: () => void setFilters({ query: '' }) }}
        nothingYet={
          then === undefined ? (
            <EmptyState kind="nothing-yet" title="No fleet yet" action={create}>
              Give it a selector such as <code>site=plant-3</code>; the nodes whose labels match belong to it, now and later.
            </EmptyState>
          ) : (
            <EmptyState kind="nothing-yet" title="There was no fleet then">Fleets show here from the moment at which they were made.</EmptyState>
          )
        }
      />
      <CreateFleetDialog open={filters.create !== '' && refused === undefined && then === undefined} onOpenChange={(next) => void setFilters({ create: next ? '1' : '' }, { history: 'replace' })} />
    </PageFrame>
  );
}
