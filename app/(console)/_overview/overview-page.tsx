'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { Overview } from '../../../server/overview/schema.ts';
import { ChartCard } from '../../_charts/draw/chart-card.tsx';
import { lineOf } from '../../_charts/prepare/live-points.ts';
import { prepareTimeSeries } from '../../_charts/prepare/time-series.ts';
import { useTelemetry } from '../../_data/telemetry.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { count, inWords, short, significant } from '../../_format/number.ts';
import { duration, microseconds } from '../../_format/time.ts';
import { paths } from '../../paths.ts';
import { Loaded } from '../../_shell/loaded.tsx';
import { useEnrolmentRefusal, useRefusal } from '../../_shell/me.tsx';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { Button } from '../../_ui/button.tsx';
import { Grid } from '../../_ui/card.tsx';
import { useNow } from '../../_ui/clock.tsx';
import { Facts } from '../../_ui/facts.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { Changes, Sentence } from './changes.tsx';
import { FirstSteps } from './first-steps.tsx';
import { headline, nodesInFleets, outOfSyncNote, unwellNote } from './headline.ts';
import { LatestDetections } from './latest-detections.tsx';
import { Needs } from './needs.tsx';
import { NodeCells } from './node-cells.tsx';
import { areWide, wideHeight } from './node-room.ts';
import { OverviewSkeleton } from './overview-skeleton.tsx';
import { Rollouts } from './rollouts.tsx';

const everything = { kind: 'all' } as const;
/** What the platform promises from an event to its action, microseconds. */
const barUs = 10_000;

export function OverviewPage({ openedAt }: { openedAt: number }) {
  const trpc = useTRPC();
  const overview = useQuery(trpc.overview.get.queryOptions());
  return (
    <PageFrame crumbs={[{ label: 'Overview' }]}>
      <Loaded query={overview} what="the overview" skeleton={<OverviewSkeleton />}>
        {(data) => <Content overview={data} openedAt={openedAt} />}
      </Loaded>
    </PageFrame>
  );
}

function Content({ overview, openedAt }: { overview: Overview; openedAt: number }) {
  const { series, present, from, to } = useTelemetry(everything, '1h', openedAt);
  const refused = useRefusal('deployments:write', 'Operators and administrators');
  const cannotEnrol = useEnrolmentRefusal();
  const last = overview.changes24h[0];
  const head = (
    <PageHead
      title={headline(overview)}
      purpose={
        <span>
          {overview.nodes.total === 0 ? (cannotEnrol === undefined ? 'Connect a first one, and it shows here within seconds.' : 'Nodes show here when they join your fleets.') : nodesInFleets(overview.nodes.total, overview.counts.fleets)}
          {last ? (
            <>
              {' '}
              Last change <RelativeTime at={last.at} />: <Sentence change={last} />.
            </>
          ) : null}
        </span>
      }
      actions={
        <>
          <Button refused={cannotEnrol} render={<Link href={paths.enrolment()} />}>
            Add a node
          </Button>
          {overview.nodes.total > 0 ? (
            <Button tone="primary" refused={refused} render={<Link href={paths.newDeployment()} />}>
              New deployment
            </Button>
          ) : null}
        </>
      }
    />
  );
  if (overview.nodes.total === 0) {
    return (
      <>
        {head}
        {cannotEnrol === undefined ? <FirstSteps waiting={overview.counts.enrollments} /> : <Changes changes={overview.changes24h} />}
      </>
    );
  }
  const shared = { from, to, step: series?.stepMs ?? 15_000, markers: series?.markers ?? [] };
  const wide = areWide(overview.nodes.total);
  const cells = <NodeCells summary={overview.nodes} />;
  const latency = (
    <ChartCard
      title="Event to action"
      span={wide ? 4 : 8}
      height={wide ? wideHeight : 222}
      sync="overview"
      emptyText="No event has led to an action during the last hour"
      prepared={prepareTimeSeries({
        ...shared,
        markers: [],
        quantity: 'microseconds',
        series: [
          { key: 'p99', name: 'p99', points: lineOf(series, 'p99') },
          { key: 'p50', name: 'p50', points: lineOf(series, 'p50') },
        ],
      })}
      actions={<Hour />}
    />
  );
  return (
    <>
      {head}
      <Figures overview={overview} events={present?.events ?? overview.rates.events} p99={present ? present.latency.p99 : overview.rates.p99Us} buffered={present?.buffered ?? overview.buffered.records} />
      <Grid>
        <ChartCard
          title="Events in, all fleets"
          span={8}
          height={222}
          area
          sync="overview"
          emptyText="No event has come in during the last hour"
          prepared={prepareTimeSeries({ ...shared, quantity: 'perSecond', series: [{ key: 'events', name: 'events', points: lineOf(series, 'events') }] })}
          actions={<Hour />}
        />
        <Needs needs={overview.needs} />
        {wide ? <>{cells}{latency}</> : <>{latency}{cells}</>}
        {overview.rollouts.length > 0 ? <Rollouts rollouts={overview.rollouts} /> : null}
        <LatestDetections detections={overview.latestDetections} total={overview.counts.detections} />
        <Changes changes={overview.changes24h} />
      </Grid>
    </>
  );
}

function Hour() {
  return <Link href={paths.live({ range: '1h' })} className="hover:text-ink">1 h</Link>;
}

function Figures({ overview, events, p99, buffered }: { overview: Overview; events: number; p99: number | null; buffered: number }) {
  const now = useNow();
  const { total, byHealth, bySync } = overview.nodes;
  const rate = short(events);
  const oldest = overview.buffered.oldestAt;
  return (
    <Facts
      live
      facts={[
        { label: 'Nodes healthy', value: count(byHealth.Healthy), unit: `of ${count(total)}`, note: unwellNote(byHealth), link: <Link href={paths.nodes(byHealth.Offline > 0 ? { health: 'Offline' } : {})} /> },
        { label: 'In sync', value: count(bySync.Synced), unit: `of ${count(total)}`, note: outOfSyncNote(bySync), link: <Link href={paths.nodes(bySync.Synced < total ? { sync: 'OutOfSync,Applying,Drifted,Failed,Unknown' } : {})} /> },
        { label: 'Events', value: rate.figure, unit: `${rate.scale}/s`, note: `${inWords(overview.eventsToday)} today`, link: <Link href={paths.live()} /> },
        p99 === null
          ? { label: 'Event to action', value: '–', note: 'nothing acted on just now', link: <Link href={paths.live()} /> }
          : { label: 'Event to action', value: latency(p99).figure, unit: `${latency(p99).unit}, p99`, note: p99 > barUs ? `above the bar of ${microseconds(barUs)}` : `bar ${microseconds(barUs)}`, link: <Link href={paths.live()} /> },
        { label: 'Lost today', value: count(overview.lost), note: buffered > 0 ? `${count(buffered)} buffered${oldest !== null && now !== null ? `, oldest ${duration(now - oldest)}` : ''}` : 'nothing buffered', link: <Link href={paths.nodes()} /> },
      ]}
    />
  );
}

function latency(value: number): { figure: string; unit: string } {
  return value < 1000 ? { figure: significant(value), unit: 'µs' } : { figure: significant(value / 1000), unit: 'ms' };
}
