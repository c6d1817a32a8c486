import type { Queryable, Transaction } from '../kernel/db.ts';
import { addIntervals } from './interval.ts';
import type { IntervalFigures } from './interval.ts';
import { encodeSketch } from './sketch-codec.ts';
import { figuresOf } from './stored-figures.ts';
import type { BucketRow } from './rollup.ts';

type Key = Pick<BucketRow, 'scope' | 'stepSeconds' | 'at'>;

/** Writes intervals; of one that another process writes too, or began to, both parts are added up. */
export async function addBuckets(tx: Transaction, rows: readonly BucketRow[]): Promise<void> {
  await lockBuckets(tx);
  const keyOf = (row: Key): string => `${row.scope} ${row.stepSeconds} ${row.at}`;
  const kept = new Map((await findBuckets(tx, rows)).map((row) => [keyOf(row), row.figures]));
  const merged = rows.map((row) => {
    const earlier = kept.get(keyOf(row));
    return earlier === undefined ? row : { ...row, figures: addIntervals(earlier, row.figures) };
  });
  await writeBuckets(tx, merged);
}

/** Until the transaction ends no other process adds to intervals: two that read the same one would each write their own sum. */
async function lockBuckets(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('telemetry buckets', 0))`;
}

/** What is kept of these intervals already: of other processes, or of one that stopped in the middle of one. */
async function findBuckets(db: Queryable, keys: readonly Key[]): Promise<(Key & { figures: IntervalFigures })[]> {
  const rows = await db.telemetryBucket.findMany({
    where: {
      stepSeconds: { in: [...new Set(keys.map((key) => key.stepSeconds))] },
      at: { in: [...new Set(keys.map((key) => key.at))].map((at) => new Date(at)) },
      scope: { in: [...new Set(keys.map((key) => key.scope))] },
    },
  });
  return rows.map((row) => ({
    scope: row.scope,
    stepSeconds: row.stepSeconds === 60 ? 60 : 10,
    at: row.at.getTime(),
    figures: figuresOf(row),
  }));
}

/** Writes intervals in one statement; one that is there already is replaced. */
export async function writeBuckets(tx: Transaction, rows: readonly BucketRow[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map(({ figures, ...row }) => ({
    organization: row.organizationId,
    scope: row.scope,
    kind: row.kind,
    step: row.stepSeconds,
    at: new Date(row.at).toISOString(),
    events: figures.events,
    predictions: figures.predictions,
    detections: figures.detections,
    actions: figures.actions,
    refused: figures.refused,
    dead_letters: figures.deadLetters,
    lag: figures.lag,
    buffered: figures.buffered,
    oldest_at: figures.oldestAt === null ? null : new Date(figures.oldestAt).toISOString(),
    latency: Buffer.from(encodeSketch(figures.latency)).toString('base64'),
  }));
  await tx.$executeRaw`
    INSERT INTO telemetry_buckets ("organizationId", scope, kind, "stepSeconds", at, events, predictions, detections, actions, refused, "deadLetters", lag, buffered, "oldestAt", latency)
    SELECT organization, scope, kind::telemetry_scope, step, at, events, predictions, detections, actions, refused, dead_letters, lag, buffered, oldest_at, decode(latency, 'base64')
    FROM jsonb_to_recordset(${JSON.stringify(values)}::jsonb) AS v(
      organization text, scope text, kind text, step smallint, at timestamptz, events bigint, predictions bigint, detections bigint, actions bigint,
      refused bigint, dead_letters bigint, lag bigint, buffered bigint, oldest_at timestamptz, latency text)
    ON CONFLICT (scope, "stepSeconds", at) DO UPDATE SET
      events = EXCLUDED.events, predictions = EXCLUDED.predictions, detections = EXCLUDED.detections, actions = EXCLUDED.actions, refused = EXCLUDED.refused,
      "deadLetters" = EXCLUDED."deadLetters", lag = EXCLUDED.lag, buffered = EXCLUDED.buffered, "oldestAt" = EXCLUDED."oldestAt", latency = EXCLUDED.latency`;
}

/** Removes intervals older than `before`; returns how many. */
export async function deleteBuckets(db: Queryable, kind: BucketRow['kind'], stepSeconds: 10 | 60, before: Date): Promise<number> {
  return (await db.telemetryBucket.deleteMany({ where: { kind, stepSeconds, at: { lt: before } } })).count;
}
