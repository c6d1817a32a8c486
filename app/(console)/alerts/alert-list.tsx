'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useQueryStates } from 'nuqs';
import { severitySchema, type AlertItem } from '../../../server/alerts/schema.ts';
import { nextCursorOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { paths } from '../../paths.ts';
import { PageList } from '../../_shell/list.tsx';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { buttonClasses } from '../../_ui/button.tsx';
import type { Column } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { Select } from '../../_ui/select.tsx';
import { Status, type Tone } from '../../_ui/status.tsx';
import { count } from '../../_format/number.ts';
import { AlertActions } from './alert-actions.tsx';
import { AlertCard } from './alert-card.tsx';
import { AlertPeek } from './alert-peek.tsx';
import { AlertState } from './alert-state.tsx';
import { alertFilters, listInput } from './filters.ts';

const severities: Record<AlertItem['severity'], { tone: Tone; word: string }> = { info: { tone: 'info', word: 'Info' }, warning: { tone: 'notice', word: 'Warning' }, critical: { tone: 'critical', word: 'Critical' } };
const columns: readonly Column<AlertItem>[] = [
  { id: 'severity', header: 'Severity', cell: (alert) => <Status tone={severities[alert.severity].tone} word={severities[alert.severity].word} /> },
  { id: 'title', header: 'Alert', fluid: true, cell: (alert) => <WhatItIs alert={alert} /> },
  { id: 'state', header: 'State', cell: (alert) => <AlertState alert={alert} /> },
  { id: 'count', header: 'Count', numeric: true, from: 'lg', cell: (alert) => count(alert.count) },
  { id: 'where', header: 'Where', from: 'lg', cell: (alert) => <Where alert={alert} /> },
  { id: 'last', header: 'Last', numeric: true, from: 'sm', cell: (alert) => <RelativeTime at={alert.lastAt} /> },
  { id: 'act', header: '', numeric: true, cell: (alert) => <AlertActions alert={alert} /> },
];

/** What it is about, and where there is room the latest that was said of it. */
function WhatItIs({ alert: { id, title, detail } }: { alert: AlertItem }) {
  return (
    <span className="flex gap-3" title={`${title}: ${detail}`}>
      <Link href={paths.alerts({ alert: id })} className="truncate font-medium hover:underline">{title}</Link>
      <span className="min-w-0 flex-1 truncate text-faint max-xl:hidden">{detail}</span>
    </span>
  );
}

/** The node, or the fleet where it is about more than one. */
function Where({ alert: { node, fleet } }: { alert: AlertItem }) {
  if (node !== null) return <Link href={paths.node(node.id)} title={fleet === null ? undefined : `in ${fleet.name}`} className="hover:underline">{node.name}</Link>;
  if (fleet !== null) return <Link href={paths.fleet(fleet.id)} className="hover:underline">{fleet.name}</Link>;
  return <span className="text-faint">–</span>;
}

const chosenStates = { unresolved: ['Open', 'Acknowledged'], open: ['Open'], resolved: ['Resolved'], all: ['Open', 'Acknowledged', 'Resolved'] } as const;
const any = 'any';

/** What a person should look at, however often it happened: from detections, and from the platform itself. */
export function AlertList() {
  const trpc = useTRPC();
  const [filters, setFilters] = useQueryStates(alertFilters);
  const list = useInfiniteQuery({ ...trpc.alerts.list.infiniteQueryOptions(listInput(filters), { getNextPageParam: nextCursorOf }), placeholderData: keepPreviousData });
  const state = (Object.keys(chosenStates) as (keyof typeof chosenStates)[]).find((key) => chosenStates[key].join() === filters.state.join()) ?? 'all';
  return (
    <PageFrame crumbs={[{ label: 'Alerts' }]}>
      <PageHead title="Alerts" purpose="What a person should look at, however often it happened." actions={<Link href={paths.settings('notifications')} className={buttonClasses()}>Who is told</Link>} />
      {filters.alert === null ? null : <AlertCard key={filters.alert} id={filters.alert} />}
      <PageList
        live
        query={list}
        what="the alerts"
        columns={columns}
        rowKey={(alert) => alert.id}
        label="Alerts"
        peek={{ nameOf: (alert) => alert.title, draw: (alert) => <AlertPeek alert={alert} /> }}
        filters={
          <>
            <Select label="State" value={state} onChange={(value) => void setFilters({ state: [...chosenStates[value]] })} options={[{ value: 'unresolved', label: 'Not resolved' }, { value: 'open', label: 'Open' }, { value: 'resolved', label: 'Resolved' }, { value: 'all', label: 'All' }]} />
            <Select label="Severity" value={filters.severity ?? any} onChange={(value) => void setFilters({ severity: severitySchema.options.find((one) => one === value) ?? null })} options={[{ value: any, label: 'Any severity' }, ...severitySchema.options.map((one) => ({ value: one, label: severities[one].word }))]} />
          </>
        }
        filtered={state === 'unresolved' && filters.severity === null ? undefined : { none: 'No alert matches', clear: () => void setFilters({ state: null, severity: null }) }}
        nothingYet={
          <EmptyState kind="nothing-yet" title="Nothing needs a person">
            Detections open alerts, as do nodes that are away for long, rollouts that stop themselves and records that are lost.
          </EmptyState>
        }
      />
    </PageFrame>
  );
}
