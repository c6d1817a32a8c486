import { canonicalJson, emptySketch } from '@selvedge/edge-runtime/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { aReport } from '../agent-link/testing/a-wire-agent.ts';
import { capabilities, fleetCapabilities } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import { startTelemetry } from '../telemetry/index.ts';
import type { TelemetryService } from '../telemetry/index.ts';
import { nodeStoreQuestion } from '../nodes/index.ts';
import { aNode } from '../nodes/testing/a-node.ts';
import { listProcedures } from '../rest/routes.ts';
import { aToken, aUser, aUserOf, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { aSide, sharedRule } from './testing/two-fleets.ts';
import type { Side } from './testing/two-fleets.ts';

/* I11 within an organization: who is limited to the fleet alpha is shown and may change nothing of beta, by whatever procedure. */

let world: TestWorld;
let organization: string;
let alpha: Side;
let beta: Side;

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  await callAs(world.deps, aUser(organization)).rules.publish({ name: 'shared', text: sharedRule });
  alpha = await aSide(world.deps, organization, 'alpha', 600);
  beta = await aSide(world.deps, organization, 'beta', 6000);
  await aNode(world.deps, organization, { name: 'beta-stray', labels: {} });
  world.deps.replicas.answer(nodeStoreQuestion, () => ({ ok: true, body: JSON.stringify({ attributes: [], rows: [], nextCursor: null }) }));
});

const hour = () => ({ from: Date.now() - 3_600_000, to: Date.now() });
const rule = { name: 'shared' };
const reason = { reason: 'to see' };

/** What a call that names something of a side is given. */
const ofASide: Record<string, (side: Side) => unknown> = {
  'alerts.get': ({ alert: id }) => ({ id }),
  'alerts.acknowledge': ({ alert: id }) => ({ id }),
  'alerts.mute': ({ alert: id }) => ({ id, minutes: 5 }),
  'alerts.resolve': ({ alert: id }) => ({ id }),
  'bundles.get': ({ bundle: digest }) => ({ digest }),
  'deployments.plan': ({ fleet }) => ({ fleet, rules: [{ name: 'shared', version: 1 }] }),
  'deployments.planNodes': ({ plan: hash }) => ({ hash }),
  'deployments.get': ({ deployment: id }) => ({ id }),
  'deployments.nodes': ({ deployment: id }) => ({ id }),
  'deployments.decisions': ({ deployment: id }) => ({ id }),
  'deployments.look': ({ deployment: id }) => ({ id, wave: 0, look: 1 }),
  'deployments.pause': ({ deployment: id }) => ({ id, ...reason }),
  'deployments.resume': ({ deployment: id }) => ({ id, ...reason }),
  'deployments.retryFailed': ({ deployment: id }) => ({ id, ...reason }),
  'deployments.rollBack': ({ deployment: id }) => ({ id, ...reason }),
  'deployments.cancel': ({ deployment: id }) => ({ id, ...reason }),
  'deployments.allow': ({ deployment: id }) => ({ id, ...reason }),
  'deployments.create': ({ plan: planHash }) => ({ planHash, note: '' }),
  'detections.get': ({ detection: id }) => ({ id }),
  'fleets.get': ({ fleet: id }) => ({ id }),
  'fleets.update': ({ fleet: id, version }) => ({ id, version, settings: {} }),
  'nodes.get': ({ node: id }) => ({ id }),
  'nodes.timeline': ({ node: id }) => ({ id }),
  'nodes.history': ({ node: id }) => ({ id, range: '1h' }),
  'nodes.streams': ({ node: id }) => ({ id }),
  'nodes.query': ({ node: id }) => ({ id, stream: 'A', ...hour() }),
  'nodes.previewLabels': ({ node: id, name }) => ({ id, labels: { side: name, more: 'yes' } }),
  'nodes.setLabels': ({ node: id, name }) => ({ id, labels: { side: name, more: 'yes' } }),
  'nodes.rename': ({ node: id, name }) => ({ id, name: `${name}-node` }),
  'nodes.retry': ({ node: id }) => ({ id }),
  'nodeKeys.rotate': ({ node: id }) => ({ id }),
  'nodeKeys.reenrol': ({ node: id }) => ({ id, ...reason }),
  'nodes.revoke': ({ node: id }) => ({ id, ...reason }),
  'offline.prepare': ({ node: id }) => ({ id }),
  'offline.importReceipt': ({ node }) => ({
    payload: canonicalJson({ schema: 'selvedge.receipt/1', organization, node, number: 1, at: 1_790_000_000_000, agentVersion: '0.1.0', recordsThrough: 0, report: aReport() }),
    signature: 'A'.repeat(86),
  }),
  'quarantine.begin': ({ node: id }) => ({ id, ...reason }),
  'quarantine.lift': ({ node: id }) => ({ id, ...reason }),
  'rehearsal.rehearse': ({ plan: hash }) => ({ hash }),
  'telemetry.series': ({ fleet: id }) => ({ scope: { kind: 'fleet', id }, ...hour() }),
  'why.node': ({ node: id }) => ({ id }),
  'why.deployment': ({ deployment: id }) => ({ id }),
};

/** What answers with things of every side, under each of these inputs; filters that name beta among them. */
const ofAll: Record<string, () => readonly unknown[]> = {
  'audit.list': () => [{ limit: 200 }, { object: 'node' }, { object: 'beta' }, { object: beta.node }, { action: 'deployment' }],
  'alerts.list': () => [{}, { state: ['Open'] }],
  'deployments.list': () => [{}, { fleet: beta.fleet }],
  'detections.groups': () => [{ range: '1h' }, { range: '1h', fleet: beta.fleet }, { range: '1h', node: beta.node }],
  'detections.list': () => [{ range: '1h' }, { range: '1h', fleet: beta.fleet }, { range: '1h', node: beta.node }],
  'fleets.list': () => [{}, { query: 'beta' }, { at: Date.now() }],
  'identity.me': () => [undefined],
  'models.list': () => [{}],
  'nodes.list': () => [{}, { fleet: beta.fleet }, { fleet: 'none' }, { query: 'beta' }, { label: 'side=beta' }, { revoked: true }, { at: Date.now() }, { at: Date.now(), fleet: beta.fleet }],
  'nodes.rows': () => [{ ids: [alpha.node, beta.node] }],
  'nodes.summary': () => [undefined, { at: Date.now() }],
  'nodes.density': () => [undefined, { fleet: beta.fleet }, { at: Date.now() }],
  'nodes.cells': () => [beta.fleet, null].flatMap((fleet) => (['Healthy', 'NeverSeen'] as const).map((health) => ({ fleet, health, sync: 'Unknown', from: 0 }))),
  'overview.get': () => [undefined],
  'rules.list': () => [{}],
  'rules.get': () => [rule],
  'telemetry.budgets': () => [{ nodes: [beta.node] }],
  'search.all': () => [{ query: 'node' }, { query: 'beta' }, { query: 'a' }],
};

/** What concerns no fleet: rules and models, which every fleet shares, one’s own sessions, and what anyone may ask. */
const ofNone = new Set([
  'identity.invitation', 'identity.passkeys.list', 'identity.passkeys.remove', 'identity.sessions.list', 'identity.sessions.revoke', 'identity.sessions.revokeOthers', 'identity.ways', 'live.position', 'models.get', 'models.signatures', 'models.tryOut', 'rules.check', 'rules.runTests', 'rules.tests', 'rules.version',
]);
/** Streams: proved below, each by itself. */
const streams = new Set(['live.changes', 'live.tail', 'live.telemetry']);

/** Documents, which say themselves whose they are: proved below as well. */
const documents = new Set(['documents.carryOut', 'documents.diff']);

const procedures = listProcedures();
const ofTheOrganization = procedures.filter(({ access, breadth }) => breadth === 'organization' || capabilities.some((capability) => capability === access && !fleetCapabilities.has(capability)));
const limited = (): Actor[] => [aUser(organization, 'administrator', [alpha.fleet]), aToken(organization, capabilities, [alpha.fleet])];

async function call(actor: Actor, name: string, input: unknown): Promise<unknown> {
  let target: unknown = callAs(world.deps, actor);
  for (const part of name.split('.')) target = Reflect.get(Object(target), part);
  if (typeof target !== 'function') throw new Error(`${name} is no procedure`);
  return Reflect.apply(target, undefined, [input]);
}

/** The code with which a call ends, or `ok`. */
async function codeOf(actor: Actor, name: string, input: unknown): Promise<string> {
  try {
    await call(actor, name, input);
    return 'ok';
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : String(error);
  }
}

const marksIn = (answer: unknown, side: Side): string[] => side.marks.filter((mark) => JSON.stringify(answer ?? null).includes(mark));

describe('the table of this test', () => {
  it('has every procedure that is not for the whole organization', () => {
    const whole = new Set(ofTheOrganization.map(({ name }) => name));
    const known = new Set([...Object.keys(ofASide), ...Object.keys(ofAll), ...ofNone, ...streams, ...documents]);
    expect(procedures.map(({ name }) => name).filter((name) => !whole.has(name) && !known.has(name))).toEqual([]);
    expect([...known].filter((name) => whole.has(name) || procedures.every((procedure) => procedure.name !== name))).toEqual([]);
  });

  it('has two sides with something of everything', () => {
    for (const side of [alpha, beta]) expect(side.marks.filter((mark) => mark.length < 5)).toEqual([]);
  });
});

describe('who is limited to one fleet', () => {
  it.each(Object.keys(ofASide))('is not told of another by %s, nor changes it', async (name) => {
    const input = ofASide[name]?.(beta);
    const before = await standing();
    // First that it would be answered: what is refused to everybody proves nothing.
    if (procedures.find((procedure) => procedure.name === name)?.type === 'query') expect(await codeOf(aUser(organization), name, input)).toBe('ok');
    for (const actor of limited()) expect([actor.kind, await codeOf(actor, name, input)]).toEqual([actor.kind, name === 'deployments.create' ? 'PlanChanged' : 'NotFound']);
    expect(await standing()).toEqual(before);
  });

  it.each(Object.keys(ofAll))('finds their own and nothing of another in %s', async (name) => {
    for (const input of ofAll[name]?.() ?? []) {
      const [answer, whole] = [await call(aUser(organization, 'administrator', [alpha.fleet]), name, input), await call(aUser(organization), name, input)];
      expect(marksIn(answer, beta)).toEqual([]);
      // What the organization sees of alpha they see, too; things that count and name nothing differ by themselves.
      expect(marksIn(answer, alpha)).toEqual(name === 'identity.me' ? ['alpha-', alpha.fleet] : marksIn(whole, alpha));
    }
  });

  it.each(ofTheOrganization.map(({ name }) => [name]))('is refused %s, which concerns the whole organization', async (name) => {
    for (const actor of limited()) expect(await codeOf(actor, name, undefined)).toBe('Forbidden');
  });
});

describe('who operates one fleet and looks at another', () => {
  const both = (): Actor => aUserOf(organization, { role: 'operator', fleets: [alpha.fleet] }, { role: 'viewer', fleets: [beta.fleet] });
  const isChange = (name: string): boolean => procedures.find((procedure) => procedure.name === name)?.type === 'mutation';
  const writes = (name: string): boolean => ['nodes:write', 'fleets:write', 'deployments:write', 'alerts:write'].includes(procedures.find((procedure) => procedure.name === name)?.access ?? '');

  it.each(Object.keys(ofASide).filter(writes))('does not come to %s of the one that they look at', async (name) => {
    const before = await standing();
    expect(await codeOf(both(), name, ofASide[name]?.(beta))).toBe(name === 'deployments.create' ? 'PlanChanged' : 'NotFound');
    expect(await standing()).toEqual(before);
  });

  it.each(Object.keys(ofASide).filter((name) => !writes(name) && !isChange(name)))('reads %s of both', async (name) => {
    for (const side of [alpha, beta]) expect([side.name, await codeOf(both(), name, ofASide[name]?.(side))]).toEqual([side.name, 'ok']);
  });

  it.each(Object.keys(ofAll))('finds in %s what is in both', async (name) => {
    for (const input of ofAll[name]?.() ?? []) {
      const [answer, whole] = [await call(both(), name, input), await call(aUser(organization, 'administrator', [alpha.fleet, beta.fleet]), name, input)];
      if (name !== 'identity.me') expect([...marksIn(answer, alpha), ...marksIn(answer, beta)]).toEqual([...marksIn(whole, alpha), ...marksIn(whole, beta)]);
    }
  });

  it.each(ofTheOrganization.map(({ name }) => [name]))('is refused %s, which concerns the whole organization', async (name) => {
    expect(await codeOf(both(), name, undefined)).toBe('Forbidden');
  });

  it('is told on each page what they may do there', async () => {
    const as = callAs(world.deps, both());
    const may = async ({ node, fleet, deployment, alert }: Side): Promise<boolean[]> => [
      (await as.nodes.get({ id: node })).can.rename.allowed,
      (await as.fleets.get({ id: fleet })).can.update.allowed,
      (await as.deployments.get({ id: deployment })).can.cancel.allowed || (await as.deployments.get({ id: deployment })).can.rollBack.allowed,
      (await as.alerts.get({ id: alert })).can.mute.allowed,
    ];
    expect(await may(beta)).toEqual([false, false, false, false]);
    expect(await may(alpha)).toEqual([true, true, expect.any(Boolean), true]);
    expect((await as.nodes.get({ id: beta.node })).can.rename.reason).toBe('This needs the role administrator or operator; yours is viewer.');
    expect(await as.identity.me()).toMatchObject({ role: 'operator, viewer', fleets: expect.arrayContaining([expect.objectContaining({ id: alpha.fleet }), expect.objectContaining({ id: beta.fleet })]), grants: [{ role: 'operator', fleets: [{ id: alpha.fleet }] }, { role: 'viewer', fleets: [{ id: beta.fleet }] }] });
  });

  it('changes by documents what they operate, and is told of the other as of one that they may not change', async () => {
    const as = callAs(world.deps, both());
    const theirs = { kind: 'Fleet', name: 'beta-fleet', selector: 'side=beta', settings: { telemetryIntervalMs: 4000 } } as const;
    expect((await as.documents.diff({ documents: [theirs] })).changes).toMatchObject([{ action: 'change' }]);
    await expect(as.documents.carryOut({ documents: [theirs] })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
  });

  it('gives nobody what they may in some fleets alone, whatever they may in others', async () => {
    const keeper = aUserOf(organization, { role: 'administrator', fleets: [alpha.fleet] }, { role: 'viewer', fleets: 'all' });
    expect(await codeOf(keeper, 'identity.tokens.create', { name: 'more', scopes: ['nodes:write'], expiresAt: Date.now() + 60_000 })).toBe('Forbidden');
    expect((await call(keeper, 'nodes.get', { id: beta.node }))).toMatchObject({ id: beta.node });
    expect(await codeOf(keeper, 'nodes.rename', { id: beta.node, name: 'mine' })).toBe('NotFound');
  });
});

describe('documents of who is limited to one fleet', () => {
  const theirs = { kind: 'Fleet', name: 'beta-fleet', selector: 'side=gamma' } as const;

  it('say nothing of what another has, and change nothing of it', async () => {
    for (const actor of limited()) {
      const as = callAs(world.deps, actor);
      const { changes } = await as.documents.diff({ documents: [theirs] });
      expect(changes).toMatchObject([{ action: 'create', lines: ['+ selector side=gamma'] }]);
      await expect(as.documents.carryOut({ documents: [theirs] })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
      const deployment = await as.documents.diff({ documents: [{ kind: 'Deployment', fleet: 'beta-fleet', rules: ['shared@1'] }] });
      expect(deployment.changes).toMatchObject([{ blocked: expect.stringMatching(/no fleet/i) }]);
    }
  });
});

describe('streams of who is limited to one fleet', () => {
  it('begin for nothing of another', async () => {
    for (const actor of limited()) {
      const { live } = callAs(world.deps, actor);
      const opened = [
        await live.tail({ node: beta.node, stream: 'A' }),
        await live.telemetry({ scope: { kind: 'node', id: beta.node } }),
        await live.telemetry({ scope: { kind: 'fleet', id: beta.fleet } }),
      ];
      for (const stream of opened) await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'NotFound' });
    }
  });

  it('sum up what is theirs', async () => {
    const ending = new AbortController();
    const telemetry = startTelemetry(world.deps, ending.signal);
    for (const [side, events] of [[alpha, 20], [beta, 2000]] as const) telemetry.ingest({ organizationId: organization, nodeId: side.node, fleetId: side.fleet }, messageOf(events));
    const seenBy = async (fleets: 'all' | string[]): Promise<number> => {
      const stream = await callAs(world.deps, aUser(organization, 'viewer', fleets)).live.telemetry({ scope: { kind: 'all' } });
      for await (const now of stream) return now.events;
      return Number.NaN;
    };
    expect([await seenBy([alpha.fleet]), await seenBy([alpha.fleet, beta.fleet]), await seenBy('all')]).toEqual([10, 1010, 1010]);
    ending.abort();
    await telemetry.finished;
  });
});

describe('figures of who is limited', () => {
  it('are those of their fleets, and of several the sum', async () => {
    const eventsOf = async (fleets: 'all' | string[]): Promise<number> => {
      const { points, stepMs } = await callAs(world.deps, aUser(organization, 'viewer', fleets)).telemetry.series({ scope: { kind: 'all' }, ...hour(), step: 60 });
      return points.reduce((sum, point) => sum + (point.kind === 'point' ? point.events * (stepMs / 1000) : 0), 0);
    };
    expect([await eventsOf([alpha.fleet]), await eventsOf([alpha.fleet, beta.fleet])]).toEqual([600, 6600]);
    const [mine, both] = [await callAs(world.deps, aUser(organization, 'viewer', [alpha.fleet])).overview.get(), await callAs(world.deps, aUser(organization, 'viewer', [alpha.fleet, beta.fleet])).overview.get()];
    expect(mine).toMatchObject({ nodes: { total: 1 }, counts: { fleets: 1, alerts: 1, detections: 1, enrollments: 0 } });
    expect(both).toMatchObject({ nodes: { total: 2 }, counts: { fleets: 2, alerts: 2, detections: 2 } });
  });
});

describe('a change that would reach beyond', () => {
  const as = () => callAs(world.deps, aUser(organization, 'operator', [alpha.fleet]));
  const forbidden = { cause: { code: 'Forbidden' } };

  it('by labels is refused: out of the fleet, or into another', async () => {
    for (const labels of [{}, { side: 'beta' }]) {
      await expect(as().nodes.setLabels({ id: alpha.node, labels })).rejects.toMatchObject(forbidden);
      await expect(as().nodes.previewLabels({ id: alpha.node, labels })).rejects.toMatchObject(forbidden);
    }
    expect(await world.deps.db.node.findUnique({ where: { id: alpha.node } })).toMatchObject({ fleetId: alpha.fleet, labels: expect.objectContaining({ side: 'alpha' }) });
  });

  it('by a selector is refused, and the page told so', async () => {
    const { version, selector, can } = await as().fleets.get({ id: alpha.fleet });
    expect(can).toMatchObject({ update: { allowed: true }, select: { allowed: false, reason: expect.stringContaining('limited to some of its fleets') }, remove: { allowed: false } });
    await expect(as().fleets.update({ id: alpha.fleet, version, selector: '*' })).rejects.toMatchObject(forbidden);
    expect(await as().fleets.update({ id: alpha.fleet, version, selector, settings: {} })).toMatchObject({ selector });
  });
});

describe('who is limited to one fleet, in theirs', () => {
  it.each(Object.keys(ofASide).sort((a, b) => weight(a) - weight(b)))('may do %s', async (name) => {
    const fresh = { ...alpha, version: (await callAs(world.deps, aUser(organization)).fleets.get({ id: alpha.fleet })).version };
    const code = await codeOf(aUser(organization, 'administrator', [alpha.fleet]), name, ofASide[name]?.(fresh));
    expect(code).not.toMatch(/NotFound|Forbidden|InvalidInput|PlanChanged/);
  });
});

/** The plan is used before anything changes what it follows from; revoking comes last, for then the node is in no fleet. */
const weight = (name: string): number => (name === 'deployments.create' ? -1 : name === 'nodes.revoke' ? 1 : 0);

function messageOf(events: number): Parameters<TelemetryService['ingest']>[1] {
  return {
    from: 0, to: 2000, streams: [], sources: [{ id: 's', received: events, refused: 0, paused: false }], models: [], detections: 0, actions: 0, deadLetters: 0, stored: 0,
    latencyUs: emptySketch(), queues: [], buffer: { records: 0, bytes: 0 }, process: { cpuShare: 0, rssBytes: 0, storeBytes: 0 },
  };
}

/** All that a change of beta would change. */
async function standing(): Promise<unknown> {
  const { db } = world.deps;
  const [node, fleet, deployment, alert, deployments] = await Promise.all([
    db.node.findUnique({ where: { id: beta.node } }),
    db.fleet.findUnique({ where: { id: beta.fleet } }),
    db.deployment.findUnique({ where: { id: beta.deployment } }),
    db.alert.findUnique({ where: { id: beta.alert } }),
    db.deployment.count({ where: { fleetId: beta.fleet } }),
  ]);
  return { node, fleet, deployment, alert, deployments };
}
