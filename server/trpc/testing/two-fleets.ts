import { emptySketch } from '@selvedge/edge-runtime/protocol';
import type { DetectionRecord } from '@selvedge/edge-runtime/protocol';
import { takeRecords } from '../../agent-link/records.ts';
import { anAgent } from '../../deployments/testing/an-agent.ts';
import { systemActor } from '../../kernel/actor.ts';
import type { Deps } from '../../kernel/deps.ts';
import { insertLooks } from '../../gates/index.ts';
import { addBuckets } from '../../telemetry/repository.ts';
import { aUser, callAs } from '../../testing/index.ts';
import { instantly } from '../../testing/deploy.ts';

/** A fleet with one node, and one of everything that can belong to a fleet. */
export interface Side {
  name: string;
  fleet: string;
  version: number;
  node: string;
  deployment: string;
  plan: string;
  bundle: string;
  detection: string;
  alert: string;
  /** Texts by which it is known in an answer: whoever may not see it finds none of them. */
  marks: readonly string[];
}

export const sharedRule = "@app:name('shared') define stream A (v int); @sink(type='log') define stream B (v int); from A select v insert into B;";

/** Everything of a fleet that runs version 1 of the rule `shared`, under names with `name` in them; `events` are what it did in the last minute that is over. */
export async function aSide(deps: Deps, organizationId: string, name: string, events: number): Promise<Side> {
  const as = callAs(deps, aUser(organizationId));
  const agent = await anAgent(deps, organizationId, `${name}-node`, { side: name });
  const fleet = await as.fleets.create({ name: `${name}-fleet`, selector: `side=${name}`, settings: { checkpointIntervalMs: name.length * 1000 } });
  const wanted = { fleet: fleet.id, rules: [{ name: 'shared', version: 1 }], policy: instantly };
  await agent.connect();
  const { id: deployment } = await as.deployments.create({ planHash: (await as.deployments.plan(wanted)).hash, note: `${name}-note` });
  await agent.fail(`${name}-trouble`);
  const { hash: plan } = await as.deployments.plan({ ...wanted, settings: { checkpointIntervalMs: name.length * 3000 } });
  await takeRecords(deps, systemActor(organizationId, 'test'), agent.id, [detectionOf(name, deps.clock.now())]);
  const span = { from: 0, to: 1 };
  await deps.db.$transaction((tx) => insertLooks(tx, deployment, [{ wave: 0, look: 1, at: deps.clock.now(), verdicts: [] }], { before: span, after: span, wave: [], control: [] }));
  const minute = Math.floor(deps.clock.now() / 60_000) * 60_000 - 60_000;
  const figures = { events, predictions: 0, detections: 0, actions: 0, refused: 0, deadLetters: 0, lag: null, buffered: 0, oldestAt: null, latency: emptySketch() };
  await deps.db.$transaction((tx) => addBuckets(tx, [{ organizationId, scope: fleet.id, kind: 'fleet', stepSeconds: 60, at: minute, figures }, { organizationId, scope: agent.id, kind: 'node', stepSeconds: 60, at: minute, figures }]));
  const [{ bundle }, detections, alerts] = await Promise.all([
    as.deployments.get({ id: deployment }),
    as.detections.list({ fleet: fleet.id, range: '1h' }),
    deps.db.alert.findMany({ where: { organizationId, fleetId: fleet.id } }),
  ]);
  const found = { fleet: fleet.id, node: agent.id, deployment, plan, bundle, detection: detections.items[0]?.id ?? '', alert: alerts[0]?.id ?? '' };
  return { name, version: fleet.version, ...found, marks: [`${name}-`, ...Object.values(found)] };
}

function detectionOf(name: string, at: number): DetectionRecord {
  return {
    kind: 'detection', sequence: 1, at, stream: 'B', rule: 'shared', ruleVersion: 1, title: `${name}-title`, severity: 'critical', bundle: `sha256:${'a'.repeat(64)}`, generation: 1,
    models: [], data: { of: `${name}-data` }, causes: [], latencyUs: 1, actions: [],
  };
}
