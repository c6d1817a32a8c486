'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useQueryStates } from 'nuqs';
import { useCallback, useState } from 'react';
import type { AuditEntry } from '../../../server/audit/schema.ts';
import { nextCursorOf, rowsOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Loaded } from '../../_shell/loaded.tsx';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { DataTable } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { FilterInput } from '../../_ui/filter-input.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { Select } from '../../_ui/select.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { auditColumns } from './audit-columns.tsx';
import { actionKinds, auditFilterParsers, isFiltered, listInputOf } from './audit-filters.ts';
import { ChainVerification } from './chain-verification.tsx';
import { EntryDialog } from './entry-dialog.tsx';

const everything = 'all';

/** Who did what, newest first, with what was refused; and the proof that nothing of it was altered. */
export function AuditPage() {
  const trpc = useTRPC();
  const [filters, setFilters] = useQueryStates(auditFilterParsers, { history: 'replace' });
  const [open, setOpen] = useState<AuditEntry | null>(null);
  const list = useInfiniteQuery(trpc.audit.list.infiniteQueryOptions(listInputOf(filters), { getNextPageParam: nextCursorOf }));
  const onObject = useCallback((object: string) => void setFilters({ object: object || null }), [setFilters]);
  const onActor = useCallback((actor: string) => void setFilters({ actor: actor || null }), [setFilters]);
  const columns = auditColumns(setOpen);
  return (
    <PageFrame crumbs={[{ label: 'Audit' }]}>
      <ChainVerification>
        {(verify) => (
          <PageHead
            title="Audit"
            purpose="Every change and every refusal. Each entry carries the hash of the one before, so none can be altered unnoticed."
            actions={
              <>
                {verify}
                <Button render={<a href="/api/v1/audit/export" download />}>Export</Button>
              </>
            }
          />
        )}
      </ChainVerification>
      <Card>
        <div className="flex flex-wrap gap-2 border-b border-line px-4 py-2.5">
          <FilterInput value={filters.object} onChange={onObject} label="Filter by object" placeholder="Filter by object" hint="Part of its name, its kind or its identity" />
          <FilterInput value={filters.actor} onChange={onActor} label="Filter by who did it" placeholder="Filter by who did it" hint="Part of the name of a person, a token or a node" first={false} />
          <Select
            label="Filter by what was done"
            value={filters.action === '' ? everything : filters.action}
            onChange={(action) => void setFilters({ action: action === everything ? null : action })}
            options={[{ value: everything, label: 'All actions' }, ...actionKinds, ...unlisted(filters.action)]}
          />
          <Select
            label="Filter by outcome"
            value={filters.outcome ?? everything}
            onChange={(outcome) => void setFilters({ outcome: outcome === everything ? null : outcome })}
            options={[
              { value: everything, label: 'Done and refused' },
              { value: 'done', label: 'Done' },
              { value: 'refused', label: 'Refused' },
            ]}
          />
        </div>
        <Loaded query={list} what="the audit" skeleton={<SkeletonRows rows={12} columns={6} />}>
          {(data) => {
            const { rows, total } = rowsOf(data);
            if (rows.length > 0) {
              return <DataTable columns={columns} rows={rows} rowKey={(entry) => String(entry.sequence)} label="Audit entries" total={total} more={list.hasNextPage ? () => void list.fetchNextPage() : undefined} loadingMore={list.isFetchingNextPage} shown={open === null ? null : String(open.sequence)} />;
            }
            return isFiltered(filters) ? (
              <EmptyState kind="no-match" title="No entry matches" action={<Button onClick={() => void setFilters(null)}>Clear the filters</Button>} />
            ) : (
              <EmptyState kind="nothing-yet" title="Nothing on record yet">
                The first change that anyone makes stands here, with who made it and what it was before.
              </EmptyState>
            );
          }}
        </Loaded>
      </Card>
      <EntryDialog entry={open} close={() => setOpen(null)} />
    </PageFrame>
  );
}

/** An action that came by a link and is none of the listed. */
function unlisted(action: string): { value: string; label: string }[] {
  return action === '' || actionKinds.some(({ value }) => value === action) ? [] : [{ value: action, label: action }];
}
