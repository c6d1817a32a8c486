import { arrayLiteral } from '../kernel/array-literal.ts';
import type { Queryable, Transaction } from '../kernel/db.ts';
import { addIntervals, noFigures } from './interval.ts';
import type { IntervalFigures } from './interval.ts';
import { encodeSketch } from './sketch-codec.ts';
import { figuresOf } from './stored-figures.ts';
import type { StoredFigures } from './stored-figures.ts';
import type { BucketRow } from './rollup.ts';

/** Writes intervals; of one that another process writes too, or began to, both parts are added up. */
export async function addBuckets(tx: Transaction, rows: readonly BucketRow[]): Promise<void> {
  await lockBuckets(tx);
  const begun = await insertBuckets(tx, rows);
  if (begun.length === 0) return;
  const earlier = await takeBuckets(tx, begun);
  await insertBuckets(tx, begun.map((row) => ({ ...row, figures: addIntervals(earlier.get(keyOf(row)) ?? noFigures, row.figures) })));
}

/** Until the transaction ends no other process adds to intervals: two that read the same one would each write their own sum. */
async function lockBuckets(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('telemetry buckets', 0))`;
}

const keyOf = ({ scope, stepSeconds, at }: { scope: string; stepSeconds: number; at: number }): string => `${scope} ${stepSeconds} ${at}`;

/** Writes intervals in one statement; returns those that are there already, which are few, and are left alone. */
async function insertBuckets(tx: Transaction, rows: readonly BucketRow[]): Promise<BucketRow[]> {
  if (rows.length === 0) return [];
  const each = (of: (row: BucketRow) => string | number | Date | null): string => arrayLiteral(rows.map(of));
  const left = await tx.$queryRaw<{ place: bigint }[]>`
    WITH given AS (
      SELECT * FROM unnest(
        ${each(({ organizationId }) => organizationId)}::text[], ${each(({ scope }) => scope)}::text[], ${each(({ kind }) => kind)}::telemetry_scope[], ${each(({ stepSeconds }) => stepSeconds)}::smallint[], ${each(({ at }) => new Date(at))}::timestamptz[],
        ${each(({ figures }) => figures.events)}::bigint[], ${each(({ figures }) => figures.predictions)}::bigint[], ${each(({ figures }) => figures.detections)}::bigint[], ${each(({ figures }) => figures.actions)}::bigint[],
        ${each(({ figures }) => figures.refused)}::bigint[], ${each(({ figures }) => figures.deadLetters)}::bigint[], ${each(({ figures }) => figures.lag)}::bigint[], ${each(({ figures }) => figures.buffered)}::bigint[],
        ${each(({ figures: { oldestAt } }) => (oldestAt === null ? null : new Date(oldestAt)))}::timestamptz[], ${each(({ figures }) => Buffer.from(encodeSketch(figures.latency)).toString('base64'))}::text[]
      ) WITH ORDINALITY AS g(organization, scope, kind, step, at, events, predictions, detections, actions, refused, dead_letters, lag, buffered, oldest_at, latency, place)
    ), written AS (
      INSERT INTO telemetry_buckets ("organizationId", scope, kind, "stepSeconds", at, events, predictions, detections, actions, refused, "deadLetters", lag, buffered, "oldestAt", latency)
      SELECT organization, scope, kind, step, at, events, predictions, detections, actions, refused, dead_letters, lag, buffered, oldest_at, decode(latency, 'base64') FROM given
      ON CONFLICT (scope, "stepSeconds", at) DO NOTHING RETURNING scope, "stepSeconds", at
    )
    SELECT place FROM given g WHERE NOT EXISTS (SELECT FROM written w WHERE w.scope = g.scope AND w."stepSeconds" = g.step AND w.at = g.at)`;
  return left.flatMap(({ place }) => rows[Number(place) - 1] ?? []);
}

/** Removes intervals in favour of what the caller makes of them; returns what they held, by key. */
async function takeBuckets(tx: Transaction, keys: readonly BucketRow[]): Promise<Map<string, IntervalFigures>> {
  const each = (of: (row: BucketRow) => string | number | Date): string => arrayLiteral(keys.map(of));
  const rows = await tx.$queryRaw<(StoredFigures & { scope: string; stepSeconds: number; at: Date })[]>`
    DELETE FROM telemetry_buckets b USING unnest(${each(({ scope }) => scope)}::text[], ${each(({ stepSeconds }) => stepSeconds)}::smallint[], ${each(({ at }) => new Date(at))}::timestamptz[]) AS k(scope, step, at)
    WHERE b.scope = k.scope AND b."stepSeconds" = k.step AND b.at = k.at RETURNING b.*`;
  return new Map(rows.map((row) => [keyOf({ ...row, at: row.at.getTime() }), figuresOf(row)]));
}

/** Removes intervals older than `before`; returns how many. */
export async function deleteBuckets(db: Queryable, kind: BucketRow['kind'], stepSeconds: 10 | 60, before: Date): Promise<number> {
  return (await db.telemetryBucket.deleteMany({ where: { kind, stepSeconds, at: { lt: before } } })).count;
}
