'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { ChartCard } from '../../../_charts/draw/chart-card.tsx';
import { lineOf } from '../../../_charts/prepare/live-points.ts';
import { prepareTimeSeries } from '../../../_charts/prepare/time-series.ts';
import { useTelemetry } from '../../../_data/telemetry.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { Causes } from '../../../_domain/explanation.tsx';
import { shortDigest } from '../../../_format/names.ts';
import { count, rate } from '../../../_format/number.ts';
import { microseconds } from '../../../_format/time.ts';
import { paths } from '../../../paths.ts';
import { Card, Grid } from '../../../_ui/card.tsx';
import { Details } from '../../../_ui/details.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { useMemo } from 'react';
import { useBudgetRows } from './budget-rows.tsx';
import { Conditions } from './conditions-card.tsx';
import { DesiredCard } from './desired-card.tsx';

/** How it is, what it should run against what it reported, and why the two differ. */
export function StateTab({ node, openedAt }: { node: NodeDetail; openedAt: number }) {
  const scope = useMemo(() => ({ kind: 'node' as const, id: node.id }), [node.id]);
  const { series, present, from, to } = useTelemetry(scope, '15m', openedAt);
  const shared = { from, to, step: series?.stepMs ?? 10_000, markers: series?.markers ?? [] };
  const budgetRows = useBudgetRows(node.id);
  const events = present?.events ?? node.rates?.events;
  const p99 = present ? present.latency.p99 : (node.rates?.latencyP99Us ?? null);
  return (
    <Grid>
      <Why node={node} />
      <Card title="Figures and delivery" span={5} live>
        <Details
          numeric
          rows={[
            { name: 'Events in', value: events === undefined ? null : rate(events) },
            { name: 'Event to action, p99', value: p99 === null ? null : microseconds(p99) },
            { name: 'Buffered', value: count(present?.buffered ?? node.buffered) },
            { name: 'Lag of its sources', value: present?.lag == null ? null : count(present.lag) },
            ...budgetRows,
            { name: 'Connected since', value: node.connectedSince === null ? null : <RelativeTime at={node.connectedSince} /> },
            { name: 'Last seen', value: node.lastSeenAt === null ? 'never' : <RelativeTime at={node.lastSeenAt} /> },
          ]}
        />
      </Card>
      <DesiredCard node={node} />
      <ChartCard title="Events" span={6} height={180} sync="node" emptyText="Nothing reported in 15 minutes" prepared={prepareTimeSeries({ ...shared, quantity: 'perSecond', series: [{ key: 'events', name: 'events', points: lineOf(series, 'events') }, { key: 'predictions', name: 'predictions', points: lineOf(series, 'predictions') }] })} />
      <ChartCard title="Event to action" span={6} height={180} sync="node" emptyText="No action in 15 minutes" prepared={prepareTimeSeries({ ...shared, quantity: 'microseconds', series: [{ key: 'p99', name: 'p99', points: lineOf(series, 'p99') }, { key: 'p50', name: 'p50', points: lineOf(series, 'p50') }] })} />
      <Conditions node={node} />
    </Grid>
  );
}

function Why({ node }: { node: NodeDetail }) {
  const trpc = useTRPC();
  // Asked again whenever the node says something new, and now and then for what only the rollout knows.
  const why = useQuery({ ...trpc.why.node.queryOptions({ id: node.id }), refetchInterval: 5_000 });
  const explanation = why.data;
  const bundle = node.desired?.bundle;
  if (explanation === undefined) return <Card title="Why" span={7}>{why.isError ? <p className="px-4 py-6 text-center text-dim">The reasons could not be read.</p> : <SkeletonRows rows={4} columns={2} />}</Card>;
  if (explanation.settled) {
    return (
      <Card title="It runs what is desired" span={7} live>
        <Details
          rows={[
            { name: 'Bundle', value: bundle ? <code>{shortDigest(bundle)}</code> : 'none desired' },
            { name: 'Generation', value: count(node.generation.observed) },
            { name: 'Reported', value: node.reported ? <RelativeTime at={node.reported.at} /> : null },
            { name: 'Rules', value: node.desired?.rules.map((rule) => `${rule.name} ${rule.version}`).join(', ') || null },
            { name: 'Models', value: node.desired?.models.map((model) => `${model.name} ${model.version}`).join(', ') || null },
            { name: 'Health', value: node.health.message },
          ]}
        />
      </Card>
    );
  }
  return (
    <Card title={node.sync.status === 'Synced' ? 'What is in the way' : bundle ? 'Why it does not run what is desired yet' : 'Why nothing is desired of it'} span={7} live>
      <Causes causes={explanation.causes} />
      <p className="flex gap-4 border-t border-line px-4 py-2">
        <Link href={paths.node(node.id, 'timeline')} className="text-accent hover:underline">Timeline</Link>
        <Link href={paths.node(node.id, 'identity')} className="text-accent hover:underline">Its labels</Link>
      </p>
    </Card>
  );
}
