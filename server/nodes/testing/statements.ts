import type pg from 'pg';

/** Counts the statements that go through the pool from now on. */
export function countStatements(pool: pg.Pool): () => number {
  const seen = new WeakSet<pg.PoolClient>();
  let count = 0;
  pool.on('acquire', (client) => {
    if (seen.has(client)) return;
    seen.add(client);
    const query = client.query.bind(client);
    Object.assign(client, {
      query: (...call: Parameters<typeof query>) => {
        count++;
        return query(...call);
      },
    });
  });
  return () => count;
}
