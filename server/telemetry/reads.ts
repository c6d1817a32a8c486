import { emptySketch, quantile } from '@selvedge/edge-runtime/protocol';
import type { Queryable } from '../kernel/db.ts';
import { notFound } from '../kernel/errors.ts';
import { fleetsInReach, inReach } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import type { Scope, Series } from './schema.ts';
import { addIntervals } from './interval.ts';
import type { IntervalFigures } from './interval.ts';
import { SketchAccumulator } from './sketch-accumulator.ts';
import { decodeSketch } from './sketch-codec.ts';
import { figuresOf } from './stored-figures.ts';
import type { StoredFigures } from './stored-figures.ts';

type BucketRow = StoredFigures & { scope: string; at: Date };

/** The last finished ten seconds of each scope, if it reported within the last forty. */
export async function readLatest(db: Queryable, scopes: readonly string[], now: number): Promise<Map<string, IntervalFigures>> {
  if (scopes.length === 0) return new Map();
  const rows = await db.$queryRaw<BucketRow[]>`
    SELECT latest.* FROM unnest(${[...scopes]}::text[]) AS wanted(scope) CROSS JOIN LATERAL (
      SELECT * FROM telemetry_buckets AS bucket WHERE bucket.scope = wanted.scope AND "stepSeconds" = 10 AND at > ${new Date(now - 40_000)} AND at <= ${new Date(now)} ORDER BY at DESC LIMIT 1
    ) AS latest`;
  return new Map(rows.map((row) => [row.scope, figuresOf(row)]));
}

/** Throws NotFound where the node or fleet is not in reach. */
export async function requireScope(db: Queryable, reach: Reach, scope: Scope): Promise<void> {
  if (scope.kind === 'all') return;
  const { id } = scope;
  const found = scope.kind === 'node' ? await db.node.count({ where: { ...inReach(reach), id } }) : await db.fleet.count({ where: { AND: [fleetsInReach(reach), { id }] } });
  if (found === 0) throw notFound(scope.kind, id);
}

/** Those of these nodes that are in reach. */
export async function reachedNodes(db: Queryable, reach: Reach, ids: readonly string[]): Promise<string[]> {
  return (await db.node.findMany({ where: { ...inReach(reach), id: { in: [...ids] } }, select: { id: true } })).map(({ id }) => id);
}

/** Under which ids a scope’s figures are kept; all that somebody reaches who is limited to fleets is the sum of these. */
export function scopeIds({ organizationId, fleets }: Reach, scope: Scope): readonly string[] {
  if (scope.kind !== 'all') return [scope.id];
  return fleets === 'all' ? [organizationId] : fleets;
}

/** Intervals from `from` (inclusive) to `to` (exclusive), oldest first, of scopes that share no node, added up. */
export async function readIntervals(
  db: Queryable,
  organizationId: string,
  scopes: readonly string[],
  stepSeconds: 10 | 60,
  from: number,
  to: number,
): Promise<{ at: number; figures: IntervalFigures }[]> {
  const rows = await db.$queryRaw<BucketRow[]>`
    SELECT * FROM telemetry_buckets WHERE scope = ANY(${[...scopes]}::text[]) AND "organizationId" = ${organizationId} AND "stepSeconds" = ${stepSeconds} AND at >= ${new Date(from)} AND at < ${new Date(to)} ORDER BY at`;
  const sums = new Map<number, IntervalFigures>();
  for (const row of rows) {
    const [at, figures] = [row.at.getTime(), figuresOf(row)];
    const sum = sums.get(at);
    sums.set(at, sum === undefined ? figures : addIntervals(sum, figures));
  }
  return [...sums].map(([at, figures]) => ({ at, figures }));
}

/** Deployments that began or ended in the span and concern the scope; at most 100. */
export async function readMarkers(db: Queryable, reach: Reach, scope: Scope, from: number, to: number): Promise<Series['markers']> {
  const span = { gte: new Date(from), lt: new Date(to) };
  const whose = scope.kind === 'fleet' ? { fleetId: scope.id } : scope.kind === 'node' ? { nodes: { some: { nodeId: scope.id } } } : {};
  const rows = await db.deployment.findMany({
    where: { AND: [inReach(reach), whose], OR: [{ startedAt: span }, { finishedAt: span }] },
    select: { id: true, fleetName: true, startedAt: true, finishedAt: true, state: true },
    orderBy: { id: 'desc' },
    take: 50,
  });
  const inSpan = (time: Date | null): time is Date => time !== null && time >= span.gte && time < span.lt;
  return rows.flatMap((row) => [
    ...(inSpan(row.startedAt) ? [{ at: row.startedAt.getTime(), label: `${row.fleetName}: deployment started`, deployment: row.id }] : []),
    ...(inSpan(row.finishedAt) ? [{ at: row.finishedAt.getTime(), label: `${row.fleetName}: ${row.state}`, deployment: row.id }] : []),
  ]);
}

/** Events of all that is in reach since a moment: by the minute, and by ten seconds for the minute under way. */
export async function sumEvents(db: Queryable, reach: Reach, since: number): Promise<number> {
  const [row] = await db.$queryRaw<{ events: bigint | null }[]>`
    SELECT sum(coalesce(minutes.events, 0) + coalesce(rest.events, 0))::bigint AS events FROM unnest(${[...scopeIds(reach, { kind: 'all' })]}::text[]) AS wanted(scope)
    CROSS JOIN LATERAL (SELECT sum(events) AS events, max(at) AS last FROM telemetry_buckets AS bucket WHERE bucket.scope = wanted.scope AND "stepSeconds" = 60 AND at >= ${new Date(since)}) AS minutes
    CROSS JOIN LATERAL (SELECT sum(events) AS events FROM telemetry_buckets AS bucket WHERE bucket.scope = wanted.scope AND "stepSeconds" = 10
      AND at >= coalesce(minutes.last + interval '1 minute', ${new Date(since)})) AS rest`;
  return Number(row?.events ?? 0);
}

/** What one node did in a span of time. */
export type NodeSum = { hours: number; events: number; predictions: number; detections: number; errors: number; latencyP95Ms: number | null };

interface SumQuestion {
  organizationId: string;
  nodeIds: readonly string[];
  stepSeconds: 10 | 60;
  /** Milliseconds, `to` exclusive. */
  from: number;
  to: number;
  withLatency: boolean;
}

/**
 * Sums of nodes over a span, of those that told anything in it. A node that reports every half minute has a row in few of the
 * ten-second intervals, so the time of which it told is counted by the minute.
 */
export async function sumNodes(db: Queryable, { organizationId, nodeIds, stepSeconds, from, to, withLatency }: SumQuestion): Promise<Map<string, NodeSum>> {
  if (nodeIds.length === 0 || to <= from) return new Map();
  const [ids, start, end] = [[...nodeIds], new Date(from), new Date(to)];
  const rows = await db.$queryRaw<{ scope: string; minutes: bigint; events: bigint; predictions: bigint; detections: bigint; errors: bigint }[]>`
    SELECT scope, count(DISTINCT date_trunc('minute', at)) AS minutes, sum(events)::bigint AS events, sum(predictions)::bigint AS predictions, sum(detections)::bigint AS detections, sum(refused + "deadLetters")::bigint AS errors
    FROM telemetry_buckets WHERE scope = ANY(${ids}::text[]) AND "organizationId" = ${organizationId} AND "stepSeconds" = ${stepSeconds} AND at >= ${start} AND at < ${end} GROUP BY scope`;
  const latencies = new Map<string, SketchAccumulator>();
  if (withLatency) {
    const sketches = await db.telemetryBucket.findMany({ where: { scope: { in: ids }, organizationId, stepSeconds, at: { gte: start, lt: end } }, select: { scope: true, latency: true } });
    for (const { scope, latency } of sketches) {
      const sum = latencies.get(scope) ?? new SketchAccumulator();
      sum.add(decodeSketch(latency));
      latencies.set(scope, sum);
    }
  }
  return new Map(
    rows.map(({ scope, minutes, events, predictions, detections, errors }) => {
      const p95 = quantile(latencies.get(scope)?.toSketch() ?? emptySketch(), 0.95);
      return [scope, { hours: Math.min(Number(minutes) * 60_000, to - from) / 3_600_000, events: Number(events), predictions: Number(predictions), detections: Number(detections), errors: Number(errors), latencyP95Ms: p95 === undefined ? null : p95 / 1000 }];
    }),
  );
}
