'use client';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import Link from 'next/link';
import { useQueryStates } from 'nuqs';
import type { ReactNode } from 'react';
import { nextCursorOf, rowsOf } from '../../_data/pages.ts';
import { ranges, rangeWords } from '../../_data/ranges.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { FleetFinder } from '../../_domain/fleet-finder.tsx';
import { plural } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { Loaded } from '../../_shell/loaded.tsx';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { Button, buttonClasses } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { DataTable } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { MomentsOfToday } from '../../_ui/moment.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { Segments } from '../../_ui/segments.tsx';
import { Select } from '../../_ui/select.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { detectionColumns, severityWords } from './detection-columns.tsx';
import { detectionParsers, detectionsInputOf, groupsInputOf, severities } from './detection-filters.ts';
import { DetectionGroups } from './detection-groups.tsx';
import { useHeldRows } from './held-rows.ts';

/** What rules found: taken together by what they are, and one by one, the latest first. */
export function DetectionsPage() {
  const trpc = useTRPC();
  const [filters, set] = useQueryStates(detectionParsers, { history: 'push' });
  const groups = useQuery({ ...trpc.detections.groups.queryOptions(groupsInputOf(filters)), placeholderData: keepPreviousData });
  const list = useInfiniteQuery({ ...trpc.detections.list.infiniteQueryOptions(detectionsInputOf(filters), { getNextPageParam: nextCursorOf }), placeholderData: keepPreviousData });
  const { rows, total } = list.data ? rowsOf(list.data) : { rows: [], total: 0 };
  const { shown, held, release } = useHeldRows(rows, (row) => row.id, JSON.stringify(filters));
  const filtered = filters.severity !== null || filters.node !== '' || filters.fleet !== '' || filters.rule !== '' || filters.stream !== '';
  const clear = () => void set({ severity: null, node: null, fleet: null, rule: null, stream: null });
  return (
    <PageFrame crumbs={[{ label: 'Detections' }]}>
      <PageHead title="Detections" purpose="What rules found that matters to a person or a system, with the events that caused each." />
      <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2">
        <Select
          label="Severity"
          value={filters.severity ?? 'every'}
          onChange={(next) => void set({ severity: severities.find((each) => each === next) ?? null })}
          options={[{ value: 'every', label: 'Every severity' }, ...severities.map((each) => ({ value: each, label: severityWords[each] }))]}
        />
        <FleetFinder label="Fleet" chosen={filters.fleet} onChange={(fleet) => void set({ fleet })} />
        {filters.rule ? <Chosen onRemove={() => void set({ rule: null, stream: null })}>rule {filters.rule}</Chosen> : null}
        {filters.stream ? <Chosen onRemove={() => void set({ stream: null })}>stream {filters.stream}</Chosen> : null}
        {filters.node ? <Chosen onRemove={() => void set({ node: null })}>one node</Chosen> : null}
        {filtered ? (
          <Button tone="quiet" onClick={clear}>
            Clear
          </Button>
        ) : null}
        <span className="ml-auto">
          <Segments label="Range" value={filters.range} onChange={(next) => void set({ range: next })} options={ranges.map((each) => ({ value: each, label: each }))} />
        </span>
      </div>
      <div className="flex flex-col gap-4">
        <Loaded
          query={groups}
          what="the detections"
          skeleton={
            <Card>
              <SkeletonRows rows={3} columns={5} />
            </Card>
          }
        >
          {(data) =>
            data.items.length === 0 ? (
              <Card>{filtered ? <NoMatch clear={clear} /> : <NothingYet range={rangeWords[filters.range]} />}</Card>
            ) : (
              <>
                <DetectionGroups groups={data.items} chosen={filters.stream} onChoose={(group) => void set(filters.stream === group.stream && filters.rule === group.rule ? { rule: null, stream: null } : { rule: group.rule, stream: group.stream })} />
                <Card title="One by one" subtitle="the latest first" live>
                  {held > 0 ? (
                    <button type="button" onClick={release} className="flex h-9 w-full items-center justify-center border-b border-line bg-accent-wash font-medium text-accent hover:brightness-110">
                      {plural(held, 'new one')}, show
                    </button>
                  ) : null}
                  <Loaded query={list} what="the detections" skeleton={<SkeletonRows rows={10} columns={6} />}>
                    {() =>
                      shown.length === 0 ? (
                        <NoMatch clear={clear} />
                      ) : (
                        <MomentsOfToday among={shown.map((row) => row.at)}>
                          <DataTable columns={detectionColumns} rows={shown} rowKey={(row) => row.id} label="Detections" total={Math.max(0, total - held)} more={list.hasNextPage ? () => void list.fetchNextPage() : undefined} loadingMore={list.isFetchingNextPage} />
                        </MomentsOfToday>
                      )
                    }
                  </Loaded>
                </Card>
              </>
            )
          }
        </Loaded>
      </div>
    </PageFrame>
  );
}

function Chosen({ children, onRemove }: { children: ReactNode; onRemove: () => void }) {
  return (
    <span className="inline-flex h-7 items-center gap-1 rounded-md border border-accent bg-accent-wash pr-1 pl-2">
      {children}
      <button type="button" aria-label="Remove this filter" onClick={onRemove} className="grid size-5 place-items-center rounded-sm text-dim hover:text-ink">
        <X size={12} />
      </button>
    </span>
  );
}

function NoMatch({ clear }: { clear: () => void }) {
  return (
    <EmptyState kind="no-match" title="No detection matches" action={<Button onClick={clear}>Clear the filters</Button>}>
      Loosen the filters, or look further back.
    </EmptyState>
  );
}

function NothingYet({ range }: { range: string }) {
  return (
    <EmptyState
      kind="nothing-yet"
      title={`No detection in the last ${range}`}
      action={
        <Link href={paths.rules()} className={buttonClasses()}>
          Look at the rules
        </Link>
      }
    >
      A detection appears as soon as a deployed rule emits into a stream that is marked <code>@detection</code> or has a sink.
    </EmptyState>
  );
}
