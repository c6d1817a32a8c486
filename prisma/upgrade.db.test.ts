import pg from 'pg';
import { expect, test } from 'vitest';
import { emptyDatabase } from '../tools/testing/index.ts';
import { listMigrations, migrate } from './migrate.ts';

/* A database of an older release, with what stood in it, comes to the schema of this checkout, and processes of that release go on upon it. */

const nodesOf = 250;

test('nodes of before are found and counted by status, and what an older process writes is too', async () => {
  const { url } = await emptyDatabase();
  await migrate(url, '0024_repository_alerts');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`INSERT INTO organizations (id, name) VALUES ('o', 'Before')`);
    await client.query(`INSERT INTO nodes (id, "organizationId", name, "publicKey", fingerprint, facts, "agentVersion", "enrolledAt", "healthSince", "syncSince", health, sync, "connectedSince")
      SELECT 'n' || i, 'o', 'node-' || i, 'key-' || i, 'f', '{}', '0.1.0', now(), now(), now(), CASE WHEN i % 5 = 0 THEN 'Offline' ELSE 'Healthy' END::node_health, 'Synced', CASE WHEN i % 5 = 0 THEN NULL ELSE now() END
      FROM generate_series(1, ${nodesOf}) AS i`);
    expect(await migrate(url)).toEqual((await listMigrations()).filter((name) => name > '0024_repository_alerts'));
    const differing = `SELECT count(*)::int AS count FROM nodes FULL JOIN node_statuses s ON s."nodeId" = nodes.id
      WHERE (nodes."organizationId", nodes."fleetId", nodes.health, nodes.sync, nodes."quarantinedAt", nodes."revokedAt") IS DISTINCT FROM (s."organizationId", s."fleetId", s.health, s.sync, s."quarantinedAt", s."revokedAt")`;
    expect((await client.query(differing)).rows).toEqual([{ count: 0 }]);
    expect((await client.query('SELECT count(*)::int AS count FROM node_statuses')).rows).toEqual([{ count: nodesOf }]);
    // Those that were connected are found when they fall silent.
    expect((await client.query('SELECT count(*)::int AS count FROM node_heartbeats')).rows).toEqual([{ count: (nodesOf * 4) / 5 }]);
    await client.query(`UPDATE nodes SET health = 'Degraded', sync = 'Failed', "quarantinedAt" = now() WHERE id < 'n2'`);
    await client.query(`UPDATE nodes SET "revokedAt" = now() WHERE id = 'n3'`);
    expect((await client.query(differing)).rows).toEqual([{ count: 0 }]);
  } finally {
    await client.end();
  }
});
