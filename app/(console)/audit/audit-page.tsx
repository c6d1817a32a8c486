'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useQueryStates } from 'nuqs';
import { useCallback, useState } from 'react';
import type { AuditEntry } from '../../../server/audit/schema.ts';
import { nextCursorOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { actionKinds, verbOf } from '../../_domain/change-words.ts';
import { reachNames } from '../../_domain/reach.ts';
import { PageList } from '../../_shell/list.tsx';
import { useMe, useRefusal } from '../../_shell/me.tsx';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { Button } from '../../_ui/button.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { FilterInput } from '../../_ui/filter-input.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { Select } from '../../_ui/select.tsx';
import { auditColumns } from './audit-columns.tsx';
import { auditFilterParsers, isFiltered, listInputOf } from './audit-filters.ts';
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
  const limited = useMe()?.fleets;
  const whole = useRefusal('audit:read', 'Every role', 'organization');
  return (
    <PageFrame crumbs={[{ label: 'Audit' }]}>
      <ChainVerification refused={whole}>
        {(verify) => (
          <PageHead
            title="Audit"
            purpose={
              limited === undefined || limited === null
                ? 'Every change and every refusal. Each entry carries the hash of the one before, so none can be altered unnoticed.'
                : `What was done to your fleets (${reachNames(limited).join(', ')}) and what belongs to them, and to rules and models.`
            }
            actions={
              <>
                {verify}
                <Button refused={whole} render={<a href="/api/v1/audit/export" download />}>
                  Export
                </Button>
              </>
            }
          />
        )}
      </ChainVerification>
      <PageList
        query={list}
        what="the audit"
        columns={columns}
        rowKey={(entry) => String(entry.sequence)}
        label="Audit entries"
        shown={open === null ? null : String(open.sequence)}
        skeleton={{ rows: 12, columns: 6 }}
        filters={
          <>
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
          </>
        }
        filtered={isFiltered(filters) ? { none: 'No entry matches', clear: () => void setFilters(null) } : undefined}
        nothingYet={
          <EmptyState kind="nothing-yet" title="Nothing on record yet">
            The first change that anyone makes stands here, with who made it and what it was before.
          </EmptyState>
        }
      />
      <EntryDialog entry={open} close={() => setOpen(null)} />
    </PageFrame>
  );
}

/** An action that came by a link, as the overview has them: one thing that is done, not all that is about a noun. */
function unlisted(action: string): { value: string; label: string }[] {
  return action === '' || actionKinds.some(({ value }) => value === action) ? [] : [{ value: action, label: verbOf(action).replace(/:$/, '') }];
}
