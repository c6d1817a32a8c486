import type pg from 'pg';

/** What went through the pool. */
export interface Traffic {
  statements: number;
  /** Rows that came back. */
  rows: number;
}

/** Counts the statements that go through the pool from now on. */
export function countStatements(pool: pg.Pool): () => number {
  const traffic = countTraffic(pool);
  return () => traffic().statements;
}

/** Counts the statements that go through the pool from now on, and the rows that they give. */
export function countTraffic(pool: pg.Pool): () => Traffic {
  const seen = new WeakSet<pg.PoolClient>();
  const traffic: Traffic = { statements: 0, rows: 0 };
  pool.on('acquire', (client) => {
    if (seen.has(client)) return;
    seen.add(client);
    const query = client.query.bind(client);
    Object.assign(client, {
      query: (...call: Parameters<typeof query>) => {
        traffic.statements++;
        const answer: unknown = query(...call);
        if (answer instanceof Promise) void answer.then(({ rows }) => (traffic.rows += Array.isArray(rows) ? rows.length : 0), () => undefined);
        return answer;
      },
    });
  });
  return () => ({ ...traffic });
}
