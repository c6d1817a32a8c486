import pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import { desiredFor } from '../bundles/index.ts';
import { outboxEnd, readOutbox, readSubjects } from '../kernel/outbox-relay.ts';
import { markSilentNodes, writeHeartbeats } from '../nodes/index.ts';
import { createNodes } from '../nodes/testing/many-nodes.ts';
import { News, newsTopics } from '../rollout/news.ts';
import { advanceRollout } from '../rollout/service.ts';
import { aUser, callAs, testWorld } from './index.ts';
import type { TestWorld } from './index.ts';

/*
 * I10: what happens all the time finds its rows by an index in a database of a million rows. The real calls are made, every statement
 * that they send is kept, and Postgres is asked how it would run it; so a statement that is added is judged without being named here.
 */

const nodeCount = 40_000;
const fleetCount = 20;
/** Tables that grow with the fleet or with time. Heartbeats are narrow, and looked through for those that fell silent. */
const large = ['nodes', 'node_statuses', 'node_events', 'node_states', 'node_reports', 'assignments', 'outbox_events', 'deployment_nodes', 'telemetry_buckets', 'audit_entries', 'detections'];

interface Statement {
  text: string;
  values: unknown[];
}

let world: TestWorld;
let caller: ReturnType<typeof callAs>;
let agent: TestAgent;
let fleet: string;
let deployment: string;
let sent: Statement[];

beforeAll(async () => {
  world = await testWorld();
  const organization = await world.organization();
  caller = callAs(world.deps, aUser(organization));
  const { db } = world.deps;
  for (let index = 0; index < fleetCount; index += 1) await createNodes(world.deps, organization, nodeCount / fleetCount, { site: `s${index}` }, `s${index}`);
  agent = await anAgent(world.deps, organization, 'one', { site: 's0' });
  ({ id: fleet } = await caller.fleets.create({ name: 'one', selector: 'site=s0' }));
  await db.$executeRaw`UPDATE nodes SET health = 'Healthy', sync = 'Synced', "connectedSince" = now(), "fleetId" = CASE WHEN labels->>'site' = 's0' THEN ${fleet} END WHERE "organizationId" = ${organization}`;
  await db.$executeRaw`INSERT INTO node_heartbeats SELECT id, now() FROM nodes ON CONFLICT DO NOTHING`;
  await caller.rules.publish({ name: 'watch', text: 'define stream In (a int);\nfrom In[a > 1] select a insert into Out;\n' });
  await agent.connect();
  const plan = await caller.deployments.plan({ fleet, rules: [{ name: 'watch', version: 1 }], policy: { waves: [{ limit: { unit: 'percent', value: 50 } }], maxUnavailable: { unit: 'percent', value: 25 } } });
  ({ id: deployment } = await caller.deployments.create({ planHash: plan.hash }));
  while ((await advanceRollout(world.deps, deployment)) === 'more');
  // What years leave behind, past the checks of each row.
  const client = new pg.Client({ connectionString: world.databaseUrl });
  await client.connect();
  await client.query('SET session_replication_role = replica');
  await client.query(`INSERT INTO node_events (id, "organizationId", "nodeId", at, tone, reason, message, source)
    SELECT n.id || '-' || i, "organizationId", n.id, now() - make_interval(secs => 7776000 * i / 25.0), 'info', 'Connected', 'It connected.', 'control plane' FROM nodes n CROSS JOIN generate_series(1, 20) AS i`);
  await client.query(`INSERT INTO telemetry_buckets ("organizationId", scope, kind, "stepSeconds", at, latency) SELECT "organizationId", id, 'node', 60, date_trunc('minute', now()) - make_interval(mins => i), '' FROM nodes CROSS JOIN generate_series(1, 3) AS i`);
  await client.query(`INSERT INTO assignments ("nodeId", generation, "organizationId", "fleetId", bundle, "issuedAt") SELECT id, -i, "organizationId", coalesce("fleetId", ''), 'sha256:before', now() FROM nodes CROSS JOIN generate_series(1, 2) AS i`);
  await client.query(`INSERT INTO detections (id, "organizationId", "nodeId", sequence, at, "receivedAt", rule, "ruleVersion", stream, title, severity, bundle, generation, models, data, causes, actions, "latencyUs")
    SELECT id, "organizationId", id, 1, at, at, 'watch', 1, 'Out', 'It happened', 'info', 'sha256:before', 1, '[]', '{}', '[]', '[]', 1 FROM (SELECT *, now() - make_interval(mins => row_number() OVER ()::int) AS at FROM nodes) AS n`);
  await client.query(`INSERT INTO outbox_events ("transactionId", "organizationId", topic, "subjectId", kind) SELECT 3, "organizationId", 'node', id, 'reported' FROM nodes`);
  await client.query('VACUUM ANALYZE');
  await client.end();
  sent = keepStatements(world.deps.pool);
}, 600_000);

/** Every statement that goes through the pool from now on, with its values. */
function keepStatements(pool: pg.Pool): Statement[] {
  const kept: Statement[] = [];
  const seen = new WeakSet<pg.PoolClient>();
  pool.on('acquire', (client) => {
    if (seen.has(client)) return;
    seen.add(client);
    const query = client.query.bind(client);
    Object.assign(client, {
      query: (...call: Parameters<typeof query>) => {
        const [asked, values] = call as unknown as [string | Statement, unknown[] | undefined];
        kept.push(typeof asked === 'string' ? { text: asked, values: values ?? [] } : { text: asked.text, values: values ?? asked.values ?? [] });
        return query(...call);
      },
    });
  });
  return kept;
}

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: Plan[];
}

/** Tables that a plan reads from end to end. */
function readWhole(plan: Plan): string[] {
  const own = plan['Node Type'] === 'Seq Scan' && plan['Relation Name'] !== undefined && large.includes(plan['Relation Name']) ? [plan['Relation Name']] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(readWhole)];
}

async function wholeReadsOf(act: () => Promise<unknown>): Promise<string[]> {
  sent.length = 0;
  await act();
  const statements = sent.filter(({ text }) => /^\s*(select|insert|update|delete|with)\b/i.test(text));
  expect(statements.length).toBeGreaterThan(0);
  const found: string[] = [];
  for (const { text, values } of statements) {
    const { rows } = await world.deps.pool.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`EXPLAIN (FORMAT JSON) ${text}`, values);
    const whole = rows[0] === undefined ? [] : readWhole(rows[0]['QUERY PLAN'][0].Plan);
    if (whole.length > 0) found.push(`${whole.join(', ')}: ${text.replace(/\s+/g, ' ').slice(0, 300)}`);
  }
  return found;
}

async function hearOf(node: string): Promise<unknown> {
  const news = new News();
  news.hear({ topic: 'node', subjectId: node, kind: 'reported' });
  return news.gather(world.deps.db);
}

const acts: [string, () => Promise<unknown>][] = [
  ['a node connects', () => agent.connect()],
  ['its desired state is read', () => desiredFor(world.deps, [agent.id])],
  ['it says that it begins', () => agent.apply()],
  ['it says that it runs', () => agent.run()],
  ['a rollout hears of it', () => hearOf(agent.id)],
  ['a rollout does a step after it', () => advanceRollout(world.deps, deployment, new Set([agent.id]))],
  ['heartbeats are written', () => writeHeartbeats(world.deps.db, new Map([[agent.id, world.deps.clock.now()]]))],
  // Longer ago than a busy machine takes to make the rows.
  ['silent nodes are looked for', () => markSilentNodes(world.deps, 3_600_000, 'test')],
  ['the outbox is read on', async () => readOutbox(world.deps.pool, await outboxEnd(world.deps.pool), 500)],
  ['what was told is heard again', async () => readSubjects(world.deps.pool, await outboxEnd(world.deps.pool), newsTopics)],
  ['a person pauses the rollout', () => caller.deployments.pause({ id: deployment })],
  ['and resumes it', () => caller.deployments.resume({ id: deployment })],
  ['it leaves', () => agent.disconnect()],
  ['a node is shown', () => caller.nodes.get({ id: agent.id })],
  ['its timeline is shown', () => caller.nodes.timeline({ id: agent.id, limit: 50 })],
  ['why it is not as desired', () => caller.why.node({ id: agent.id })],
  ['nodes that failed are listed', () => caller.nodes.list({ sync: ['Failed'] })],
  ['nodes that are away are listed', () => caller.nodes.list({ health: ['Offline'] })],
  ['nodes of a fleet that failed are listed', () => caller.nodes.list({ fleet, sync: ['Failed'] })],
  ['cells of a fleet are pointed at', () => caller.nodes.cells({ fleet, health: 'Healthy', sync: 'Failed', from: 0 })],
  ['a fleet is shown', () => caller.fleets.get({ id: fleet })],
  ['a deployment is shown', () => caller.deployments.get({ id: deployment })],
  ['detections are listed', () => caller.detections.list({})],
  ['a node is renamed', () => caller.nodes.rename({ id: agent.id, name: 'renamed' })],
  ['its labels are changed', () => caller.nodes.setLabels({ id: agent.id, labels: { site: 's1' } })],
];

test.each(acts)('%s: no table that grows is read from end to end', { timeout: 120_000 }, async (_, act) => {
  expect(await wholeReadsOf(act)).toEqual([]);
});
