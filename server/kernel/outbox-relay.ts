import pg from 'pg';
import type { Clock } from './clock.ts';
import type { LiveBus, OutboxEvent } from './live-bus.ts';
import type { Logger } from './logger.ts';
import { formatCursor } from './outbox.ts';
import type { OutboxPosition } from './outbox.ts';

const POLL_MS = 1_000;
const BATCH_MAX = 500;
const RECONNECT_MS = 500;

/**
 * Reads committed outbox rows after `from`, oldest first, at most `limit`. Identities are taken before commit, so a lower one can
 * appear after a higher one; rows are therefore ordered by transaction, and read only below the oldest transaction still open.
 */
export async function readOutbox(pool: pg.Pool, from: OutboxPosition, limit: number, organizationId?: string): Promise<OutboxEvent[]> {
  const { rows } = await pool.query<{ transactionId: string; id: string; organizationId: string; topic: string; subjectId: string; kind: string; payload: unknown; at: Date }>(
    `SELECT "transactionId", id, "organizationId", topic, "subjectId", kind, payload, at FROM outbox_events
     WHERE ("transactionId", id) > ($1::bigint, $2::bigint)
       AND "transactionId" < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
       AND ($4::text IS NULL OR "organizationId" = $4)
     ORDER BY "transactionId", id LIMIT $3`,
    [from.transactionId.toString(), from.id.toString(), limit, organizationId ?? null],
  );
  return rows.map((row) => ({
    cursor: formatCursor({ transactionId: BigInt(row.transactionId), id: BigInt(row.id) }),
    organizationId: row.organizationId,
    topic: row.topic,
    subjectId: row.subjectId,
    kind: row.kind,
    payload: row.payload,
    at: row.at.getTime(),
  }));
}

/** The place from which only what commits from now on is read. */
export async function outboxEnd(pool: pg.Pool): Promise<OutboxPosition> {
  const { rows } = await pool.query<{ xmin: string }>('SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin');
  return { transactionId: BigInt(rows[0]?.xmin ?? '0') - 1n, id: BigInt('9223372036854775807') };
}

/** What was told after `from` on these topics, each subject and kind once and in no order, with the place from which to go on: for whoever makes sure of what it heard. */
export async function readSubjects(pool: pg.Pool, from: OutboxPosition, topics: readonly string[]): Promise<{ told: Pick<OutboxEvent, 'topic' | 'subjectId' | 'kind'>[]; end: OutboxPosition }> {
  const end = await outboxEnd(pool);
  const { rows } = await pool.query<Pick<OutboxEvent, 'topic' | 'subjectId' | 'kind'>>(
    `SELECT DISTINCT topic, "subjectId", kind FROM outbox_events
     WHERE ("transactionId", id) > ($1::bigint, $2::bigint) AND "transactionId" <= $3::bigint AND topic = ANY($4::text[])`,
    [from.transactionId.toString(), from.id.toString(), end.transactionId.toString(), topics],
  );
  return { told: rows, end };
}

export interface OutboxRelay {
  /** Resolves when the relay has stopped, after its signal aborted. */
  finished: Promise<void>;
}

/**
 * Feeds the live bus with every outbox row that commits after the call. Woken by NOTIFY, and by a poll where that was lost;
 * a broken connection is opened again and continues where it was. Resolves once it listens.
 */
export async function startOutboxRelay(options: { databaseUrl: string; pool: pg.Pool; liveBus: LiveBus; logger: Logger; clock: Clock; signal: AbortSignal }): Promise<OutboxRelay> {
  const { pool, liveBus, logger, clock, signal } = options;
  let position = await outboxEnd(pool);
  let wake = new AbortController();

  const drain = async (): Promise<void> => {
    for (;;) {
      const events = await readOutbox(pool, position, BATCH_MAX);
      for (const event of events) {
        liveBus.publish(event);
        const [transactionId = '0', id = '0'] = event.cursor.split('.');
        position = { transactionId: BigInt(transactionId), id: BigInt(id) };
      }
      if (events.length < BATCH_MAX) return;
    }
  };

  const connectAndFollow = async (): Promise<void> => {
    const listener = new pg.Client({ connectionString: options.databaseUrl, application_name: 'selvedge outbox' });
    const broken = new AbortController();
    listener.on('error', (error) => broken.abort(error));
    listener.on('end', () => broken.abort());
    listener.on('notification', () => {
      if (!wake.signal.aborted) wake.abort();
    });
    try {
      await listener.connect();
      await listener.query('LISTEN outbox_events');
      while (!signal.aborted && !broken.signal.aborted) {
        wake = new AbortController();
        await drain();
        await clock.sleep(POLL_MS, AbortSignal.any([signal, broken.signal, wake.signal]));
      }
    } finally {
      listener.removeAllListeners('end');
      await listener.end().catch(() => undefined);
    }
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await connectAndFollow().catch((error: unknown) => logger.warn({ err: error }, 'the outbox relay lost the database and connects again'));
      await clock.sleep(RECONNECT_MS, signal);
    }
  };
  return { finished: run() };
}
