'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useQueryStates } from 'nuqs';
import { useCallback } from 'react';
import type { RuleItem } from '../../../server/rules/schema.ts';
import { nextCursorOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { paths } from '../../paths.ts';
import { useCommands } from '../../_shell/commands.tsx';
import { PageList } from '../../_shell/list.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { Button } from '../../_ui/button.tsx';
import { Chip } from '../../_ui/chip.tsx';
import type { Column } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { FilterInput } from '../../_ui/filter-input.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { listInput, ruleFilters, sortOf } from './filters.ts';
import { RulePeek } from './rule-peek.tsx';

const columns: readonly Column<RuleItem>[] = [
  { id: 'name', header: 'Rule', sort: 'name', cell: (rule) => <Link href={paths.rule(rule.name)} className="font-medium hover:underline">{rule.name}</Link> },
  { id: 'latest', header: 'Version', numeric: true, cell: (rule) => rule.latest?.version ?? <span className="text-faint">–</span> },
  { id: 'draft', header: 'Draft', from: 'md', cell: (rule) => (rule.draft ? <Chip>draft by {rule.draft.by}</Chip> : <span className="text-faint">–</span>) },
  { id: 'sources', header: 'Sources', from: 'lg', cell: (rule) => rule.sources.join(', ') || <span className="text-faint">–</span> },
  { id: 'models', header: 'Models', from: 'lg', cell: (rule) => rule.models.join(', ') || <span className="text-faint">–</span> },
  { id: 'deployed', header: 'Runs on', cell: (rule) => <RunsOn deployed={rule.deployed} /> },
  { id: 'published', header: 'Published', sort: 'publishedAt', from: 'sm', cell: (rule) => (rule.latest ? <><RelativeTime at={rule.latest.publishedAt} /> <span className="text-faint">by {rule.latest.by}</span></> : <span className="text-faint">never</span>) },
];

function RunsOn({ deployed }: { deployed: RuleItem['deployed'] }) {
  const [first, ...others] = deployed;
  if (first === undefined) return <span className="text-faint">nowhere</span>;
  return (
    <>
      <Link href={paths.fleet(first.fleet.id)} className="hover:underline">{first.fleet.name}</Link> <span className="text-faint">version {first.version}{others.length > 0 ? ` and ${others.length} more` : ''}</span>
    </>
  );
}

/** All rules: what each reads, where it runs, and whether someone has a draft of it. */
export function RuleList() {
  const trpc = useTRPC();
  const router = useRouter();
  const [filters, setFilters] = useQueryStates(ruleFilters);
  const list = useInfiniteQuery({ ...trpc.rules.list.infiniteQueryOptions(listInput(filters), { getNextPageParam: nextCursorOf }), placeholderData: keepPreviousData });
  const setQuery = useCallback((query: string) => void setFilters({ query: query || null }, { history: 'replace' }), [setFilters]);
  const refusal = useRefusal('rules:write', 'Authors and administrators');
  useCommands([{ label: 'New rule', shortcut: 'c', run: () => router.push(paths.newRule()), refused: refusal }]);
  const newRule = (
    <Button tone="primary" refused={refusal} render={<Link href={paths.newRule()} />}>
      New rule
    </Button>
  );
  return (
    <PageFrame crumbs={[{ label: 'Rules' }]}>
      <PageHead title="Rules" purpose="What nodes look for in their streams, in SiddhiQL. A published version never changes." actions={newRule} />
      <PageList
        query={list}
        what="the rules"
        columns={columns}
        rowKey={(rule) => rule.id}
        label="Rules"
        peek={{ nameOf: (rule) => rule.name, draw: (rule) => <RulePeek rule={rule} /> }}
        sort={filters.sort}
        onSort={(sort) => void setFilters({ sort: sortOf(sort) })}
        filters={<FilterInput value={filters.query} onChange={setQuery} label="Filter by name" placeholder="Part of a name" />}
        filtered={filters.query === '' ? undefined : { none: `No rule has “${filters.query}” in its name`, clear: () => void setFilters({ query: null }) }}
        nothingYet={
          <EmptyState kind="nothing-yet" title="No rules yet" action={newRule}>
            A rule says what a node looks for: which streams it reads, what it computes, which model it asks, and what counts as a detection.
          </EmptyState>
        }
      />
    </PageFrame>
  );
}
