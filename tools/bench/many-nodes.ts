import pg from 'pg';
import { type Api, fieldAt, itemsOf, textAt } from '../../examples/pump-loop/api.ts';
import { until } from './example-stack.ts';

const fleetsOfRest = 20;
const eventsPerNode = 20;
const ruleText = "define stream Readings (pump string, pressure double);\n\n@info(name = 'high')\nfrom Readings[pressure > 10.0]\nselect pump, pressure\ninsert into High;\n";

/** What pages are opened of, where there are many. */
export interface ManyNodes {
  /** Half of the nodes. */
  fleet: string;
  /** A rollout to that fleet, under way. */
  deployment: string;
}

/**
 * Nodes that nobody has to run, with what a season leaves behind of each: written past the checks of each row, as nothing else could in
 * time. The fleets claim them and the rollout tells them by the product's own code. Their heartbeats lie ahead, so that none falls silent.
 */
export async function seedNodes(databaseUrl: string, api: Api, count: number): Promise<ManyNodes> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await insertNodes(client, count);
    const fleet = textAt(await api.call('POST', '/fleets', { name: 'many', selector: 'many=one' }), 'id');
    for (let index = 1; index <= fleetsOfRest; index += 1) await api.call('POST', '/fleets', { name: `many-${index}`, selector: `many=rest, part=${index}` });
    await insertPast(client);
    return { fleet, deployment: await beginRollout(api, fleet) };
  } finally {
    await client.end();
  }
}

async function insertNodes(client: pg.Client, count: number): Promise<void> {
  await client.query(
    `INSERT INTO nodes (id, "organizationId", name, "publicKey", fingerprint, labels, facts, "agentVersion", "enrolledAt", "healthSince", "syncSince", health, sync, "connectedSince")
     SELECT o.id || '-many-' || i, o.id, 'many-' || lpad(i::text, 6, '0'), o.id || '-many-key-' || i, 'fingerprint',
       jsonb_build_object('many', CASE WHEN i % 2 = 0 THEN 'one' ELSE 'rest' END, 'part', (i % $2 + 1)::text, 'site', 'site-' || i / 50),
       '{"hostname":"many","platform":"linux","architecture":"arm64","cores":4,"memoryBytes":4294967296,"nodeVersion":"24.0.0"}', '0.4.0', now(), now(), now(),
       (CASE WHEN i % 97 = 0 THEN 'Offline' WHEN i % 53 = 0 THEN 'Degraded' ELSE 'Healthy' END)::node_health, 'Unknown'::node_sync, CASE WHEN i % 97 = 0 THEN NULL ELSE now() END
     FROM (SELECT id FROM organizations LIMIT 1) AS o CROSS JOIN generate_series(1, $1::int) AS i`,
    [count, fleetsOfRest],
  );
  await client.query(`INSERT INTO node_heartbeats SELECT id, now() + interval '1 day' FROM nodes WHERE name LIKE 'many-%' ON CONFLICT DO NOTHING`);
}

async function insertPast(client: pg.Client): Promise<void> {
  await client.query('SET session_replication_role = replica');
  await client.query(
    `INSERT INTO node_events (id, "organizationId", "nodeId", at, tone, reason, message, source)
     SELECT n.id || '-' || i, "organizationId", n.id, now() - make_interval(secs => 7776000 * i / 25.0), 'info', 'Connected', 'It connected.', 'control plane' FROM nodes n CROSS JOIN generate_series(1, $1::int) AS i WHERE name LIKE 'many-%'`,
    [eventsPerNode],
  );
  await client.query(`INSERT INTO telemetry_buckets ("organizationId", scope, kind, "stepSeconds", at, latency) SELECT "organizationId", id, 'node', 60, date_trunc('minute', now()) - make_interval(mins => i), '' FROM nodes CROSS JOIN generate_series(1, 3) AS i WHERE name LIKE 'many-%'`);
  await client.query(
    `INSERT INTO detections (id, "organizationId", "nodeId", sequence, at, "receivedAt", rule, "ruleVersion", stream, title, severity, bundle, generation, models, data, causes, actions, "latencyUs")
     SELECT id, "organizationId", id, 1, at, at, 'high-pressure', 1, 'High', 'Pressure high', 'info', 'sha256:before', 1, '[]', '{"pump":"a","pressure":11.5}', '[]', '[]', 1
     FROM (SELECT *, now() - make_interval(secs => 5 * row_number() OVER ()) AS at FROM nodes WHERE name LIKE 'many-%') AS n`,
  );
  await client.query('SET session_replication_role = DEFAULT');
  await client.query('VACUUM ANALYZE');
}

async function beginRollout(api: Api, fleet: string): Promise<string> {
  const version = Number(textAt(await api.call('POST', '/rules', { name: 'high-pressure', text: ruleText, note: 'For many nodes' }), 'version'));
  const policy = { waves: [{ limit: { unit: 'percent', value: 10 } }, { limit: { unit: 'percent', value: 50 } }], updateTimeoutSeconds: 3600 };
  const plan = await api.call('POST', '/deployment-plans', { fleet, rules: [{ name: 'high-pressure', version }], policy });
  const deployment = textAt(await api.call('POST', '/deployments', { planHash: textAt(plan, 'hash'), note: 'To many nodes' }), 'id');
  const told = async () => itemsOf(await api.call('GET', `/deployments/${deployment}/nodes?state=Requested&limit=1`)).map((item) => fieldAt(item, 'name'))[0];
  await until('the rollout has told nodes', told, 100);
  return deployment;
}
