import type pg from 'pg';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import type { Peer, Peers } from './replicas.ts';

const lookEveryMs = 2_000;
/** A replica that has not been there for this long, by the database's clock, is asked nothing. */
const goneAfterSeconds = 10;
/** A row that nobody will come back to, of a replica that was killed, is removed after this long. */
const forgottenAfterSeconds = 3_600;
/** Past this a clock that differs from the database's is told of: nodes seem silent where it is ahead. */
const clockOffMs = 5_000;

export interface ReplicaRegistry extends Peers {
  /** Says where this process is reached, and again for as long as it runs. Resolves once it has looked who else does. */
  join(url: string, signal: AbortSignal): Promise<{ finished: Promise<void> }>;
}

/**
 * Which processes run this control plane, as a table of the database that they share says: each writes its row every two seconds,
 * by the database's clock, and reads those of the others in the same statement.
 */
export function createReplicaRegistry({ id, pool, clock, logger }: { id: string; pool: pg.Pool; clock: Clock; logger: Logger }): ReplicaRegistry {
  let peers: readonly Peer[] = [];
  const listeners = new Set<() => void>();

  const look = async (url: string): Promise<void> => {
    const { rows } = await pool.query<{ id: string; url: string; now: Date }>(
      `WITH mine AS (
         INSERT INTO replicas (id, url, "startedAt", "seenAt") VALUES ($1, $2, now(), now())
         ON CONFLICT (id) DO UPDATE SET url = EXCLUDED.url, "seenAt" = now()
       ), forgotten AS (
         DELETE FROM replicas WHERE "seenAt" < now() - make_interval(secs => $4) AND id <> $1
       )
       SELECT id, url, now() AS now FROM replicas WHERE "seenAt" > now() - make_interval(secs => $3) AND id <> $1
       UNION ALL SELECT $1, $2, now()`,
      [id, url, goneAfterSeconds, forgottenAfterSeconds],
    );
    const off = Math.abs(clock.now() - (rows[0]?.now.getTime() ?? clock.now()));
    if (off > clockOffMs) logger.warn({ milliseconds: off }, 'the clock of this process and of the database differ: keep both by NTP');
    peers = rows.filter((row) => row.id !== id).map((row) => ({ id: row.id, url: row.url }));
    for (const listener of listeners) listener();
  };

  const run = async (url: string, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(lookEveryMs, signal);
      if (!signal.aborted) await look(url).catch((error: unknown) => logger.warn({ err: error }, 'it is not known which replicas run'));
    }
    await pool.query('DELETE FROM replicas WHERE id = $1', [id]).catch((error: unknown) => logger.info({ err: error }, 'this replica could not say that it ends'));
  };

  return {
    now: () => peers,
    onLook: (listener, signal) => {
      listeners.add(listener);
      signal.addEventListener('abort', () => listeners.delete(listener), { once: true });
    },
    join: async (url, signal) => {
      await look(url);
      return { finished: run(url, signal) };
    },
  };
}
