'use client';
import { skipToken, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import { ranges } from '../../_data/ranges.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { rate } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { buttonClasses } from '../../_ui/button.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { Segments } from '../../_ui/segments.tsx';
import { Select } from '../../_ui/select.tsx';
import { liveParsers, parseScope } from './live-filters.ts';
import { ScopeCharts } from './scope-charts.tsx';
import { ScopeFinder } from './scope-finder.tsx';
import { StreamTail } from './stream-tail.tsx';

/** Charts of everything that is measured, of all, one fleet or one node, and of one node's streams at full rate. */
export function LivePage({ openedAt }: { openedAt: number }) {
  const trpc = useTRPC();
  const [{ scope: scopeText, range, stream }, set] = useQueryStates(liveParsers, { history: 'push' });
  const scope = useMemo(() => parseScope(scopeText), [scopeText]);
  const fleet = useQuery(trpc.fleets.get.queryOptions(scope.kind === 'fleet' ? { id: scope.id } : skipToken)).data;
  const shown = useQuery(trpc.nodes.get.queryOptions(scope.kind === 'node' ? { id: scope.id } : skipToken)).data;
  const node = scope.kind === 'node' ? scope.id : null;
  const name = (scope.kind === 'fleet' ? fleet?.name : shown?.name) ?? '';
  return (
    <PageFrame crumbs={[{ label: 'Live' }]}>
      <PageHead
        title="Live"
        purpose={`What is measured of ${scope.kind === 'all' ? 'everything' : `${scope.kind} ${name}`}, as it comes. The address holds what you chose.`}
        actions={
          node ? (
            <Link href={paths.node(node)} className={buttonClasses()}>
              Open the node
            </Link>
          ) : undefined
        }
      />
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <ScopeFinder chosen={scope.kind === 'all' ? null : { value: scopeText, label: name === '' ? scopeText.replace(':', ' ') : name }} onChange={(next) => void set({ scope: next, stream: null })} />
        {node ? <StreamChoice node={node} stream={stream} onChange={(next) => void set({ stream: next })} /> : null}
        <span className="ml-auto">
          <Segments label="Range" value={range} onChange={(next) => void set({ range: next })} options={ranges.map((each) => ({ value: each, label: each }))} />
        </span>
      </div>
      {node && stream ? (
        <div className="mb-6">
          <StreamTail node={node} stream={stream} offline={isOffline(shown)} />
        </div>
      ) : null}
      <ScopeCharts scope={scope} range={range} openedAt={openedAt} sync="live" />
    </PageFrame>
  );
}

function StreamChoice({ node, stream, onChange }: { node: string; stream: string; onChange: (stream: string) => void }) {
  const trpc = useTRPC();
  const streams = useQuery(trpc.nodes.streams.queryOptions({ id: node })).data ?? [];
  return (
    <Select
      label="Stream at full rate"
      value={stream || 'none'}
      onChange={(next) => onChange(next === 'none' ? '' : next)}
      options={[{ value: 'none', label: 'No stream' }, ...streams.map((each) => ({ value: each.stream, label: each.stream, hint: rate(each.eventsPerSecond) }))]}
    />
  );
}

function isOffline(node: { health: { status: string } } | undefined): boolean {
  return node !== undefined && (node.health.status === 'Offline' || node.health.status === 'NeverSeen');
}
