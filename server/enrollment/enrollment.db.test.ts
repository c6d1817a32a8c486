import { beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../kernel/actor.ts';
import { aToken, aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { aKey } from '../agent-link/testing/a-wire-agent.ts';
import type { Applicant } from './admission.ts';
import { AdmissionQueue } from './admission-queue.ts';
import { enrollmentLimits } from './policy.ts';
import { createToken } from './service.ts';

let world: TestWorld;
let actor: Actor;
let organizationId: string;
let queue: AdmissionQueue;

beforeAll(async () => {
  world = await testWorld();
  organizationId = await world.organization();
  actor = aUser(organizationId, 'administrator');
  queue = new AdmissionQueue(world.deps);
});

const facts = { hostname: 'h', platform: 'linux', architecture: 'x64', cores: 2, memoryBytes: 1, nodeVersion: '24' };

function anApplicant(given: Partial<Applicant> = {}): Applicant {
  const { publicKey } = aKey();
  return { publicKey, name: `node-${crypto.randomUUID().slice(0, 8)}`, agentVersion: '0.1.0', facts, labels: {}, gateway: null, enrollmentToken: undefined, ...given };
}

async function ask(applicant: Applicant): Promise<string> {
  const admission = await queue.apply(applicant);
  if (admission.outcome !== 'pending') throw new Error(`${admission.outcome}, not pending`);
  return admission.requestId;
}

describe('requests', () => {
  test('a request says which fleet would have the node, and why', async () => {
    const caller = callAs(world.deps, actor);
    const fleet = await caller.fleets.create({ name: 'pumps', selector: 'site=a' });
    const id = await ask(anApplicant({ labels: { site: 'a' } }));
    const { items } = await caller.enrollment.requests.list({ state: 'Pending' });
    expect(items.find((item) => item.id === id)?.claimedBy).toEqual({ fleets: [{ id: fleet.id, name: 'pumps', because: 'site=a' }], multiple: false });
    const { node } = await caller.enrollment.requests.approve({ id });
    expect((await caller.nodes.get({ id: node })).fleet).toEqual({ id: fleet.id, name: 'pumps' });
  });

  test('asking again changes what is shown and makes no second request', async () => {
    const applicant = anApplicant();
    const id = await ask(applicant);
    expect(await ask({ ...applicant, labels: { site: 'b' } })).toBe(id);
    const { items } = await callAs(world.deps, actor).enrollment.requests.list({ state: 'Pending' });
    expect(items.filter((item) => item.id === id).map((item) => item.labels)).toEqual([{ site: 'b' }]);
  });

  test('a request is decided once', async () => {
    const caller = callAs(world.deps, actor);
    const id = await ask(anApplicant());
    const both = await Promise.allSettled([caller.enrollment.requests.approve({ id }), caller.enrollment.requests.approve({ id })]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(caller.enrollment.requests.deny({ id })).rejects.toMatchObject({ cause: { code: 'Conflict' } });
  });

  test('a node that was denied may ask again when some time has passed', async () => {
    const caller = callAs(world.deps, actor);
    const applicant = anApplicant();
    const id = await ask(applicant);
    await caller.enrollment.requests.deny({ id });
    expect(await queue.apply(applicant)).toMatchObject({ outcome: 'refused', code: 'denied' });
    world.deps.clock.advance(enrollmentLimits.deniedForMs + 1);
    expect(await ask(applicant)).toBe(id);
  });

  test('two nodes of one name: the second is not approved before the first has another', async () => {
    const caller = callAs(world.deps, actor);
    const [first, second] = [await ask(anApplicant({ name: 'twin' })), await ask(anApplicant({ name: 'twin' }))];
    const { node } = await caller.enrollment.requests.approve({ id: first });
    await expect(caller.enrollment.requests.approve({ id: second })).rejects.toMatchObject({ cause: { code: 'NameTaken' } });
    await caller.nodes.rename({ id: node, name: 'elder' });
    await caller.enrollment.requests.approve({ id: second });
  });
});

describe('who may', () => {
  test.each(['viewer', 'author'] as const)('a %s sees requests and decides none', async (role) => {
    const id = await ask(anApplicant());
    const caller = callAs(world.deps, aUser(organizationId, role));
    const { items } = await caller.enrollment.requests.list({});
    expect(items.find((item) => item.id === id)?.can.approve).toMatchObject({ allowed: false, reason: `This needs the role administrator or operator; yours is ${role}.` });
    await expect(caller.enrollment.requests.approve({ id })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
  });

  test('an operator makes no tokens, a scoped API token does', async () => {
    const input = { label: 'line', expiresAt: world.deps.clock.now() + 60_000 };
    await expect(callAs(world.deps, aUser(organizationId, 'operator')).enrollment.tokens.create(input)).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
    const { token, command } = await callAs(world.deps, aToken(organizationId, ['settings:write'])).enrollment.tokens.create(input);
    expect(command).toContain(`--link http://selvedge.test --token ${token}`);
  });

  test('I11: another organization’s requests, tokens and nodes are not there', async () => {
    const caller = callAs(world.deps, actor);
    const id = await ask(anApplicant());
    const { node } = await caller.enrollment.requests.approve({ id: await ask(anApplicant()) });
    const token = await caller.enrollment.tokens.create({ label: 'x', expiresAt: world.deps.clock.now() + 60_000 });
    const other = await world.organization('other');
    const stranger = callAs(world.deps, aUser(other, 'administrator'));
    const missing = { cause: { code: 'NotFound' } };
    await expect(stranger.enrollment.requests.approve({ id })).rejects.toMatchObject(missing);
    await expect(stranger.enrollment.requests.deny({ id })).rejects.toMatchObject(missing);
    await expect(stranger.enrollment.tokens.revoke({ id: token.id })).rejects.toMatchObject(missing);
    await expect(stranger.nodes.get({ id: node })).rejects.toMatchObject(missing);
    await expect(stranger.nodes.previewLabels({ id: node, labels: {} })).rejects.toMatchObject(missing);
    await expect(stranger.nodes.setLabels({ id: node, labels: {} })).rejects.toMatchObject(missing);
    await expect(stranger.nodes.rename({ id: node, name: 'mine' })).rejects.toMatchObject(missing);
    await expect(stranger.nodes.revoke({ id: node, reason: 'x' })).rejects.toMatchObject(missing);
    await expect(stranger.nodes.retry({ id: node })).rejects.toMatchObject(missing);
    expect((await stranger.nodes.list({})).total).toBe(0);
    await expect(stranger.nodes.timeline({ id: node })).rejects.toMatchObject(missing);
  });
});

describe('many nodes with a token at once', () => {
  const joinAll = async (uses: number, names: readonly string[]) => {
    const { token } = await createToken(world.deps, actor, { label: 'crowd', labels: {}, uses, expiresAt: world.deps.clock.now() + 60_000 });
    const admissions = await Promise.all(names.map((name) => queue.apply(anApplicant({ name, enrollmentToken: token }))));
    return admissions.map(({ outcome }) => outcome);
  };
  const namesOf = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

  test('are let in together, each once and each on record', async () => {
    const caller = callAs(world.deps, actor);
    const before = (await caller.nodes.list({})).total;
    expect(new Set(await joinAll(120, namesOf('crowd', 120)))).toEqual(new Set(['admitted']));
    expect((await caller.nodes.list({})).total).toBe(before + 120);
    expect(await caller.audit.verify()).toMatchObject({ ok: true });
  });

  test('are let in while the token has uses, and no further', async () => {
    const outcomes = await joinAll(3, namesOf('scarce', 8));
    expect(outcomes.filter((outcome) => outcome === 'admitted')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === 'refused')).toHaveLength(5);
  });

  test('of whom one has left meanwhile: it is not let in, and takes no use of the token', async () => {
    const { token } = await createToken(world.deps, actor, { label: 'leaving', labels: {}, uses: 1, expiresAt: world.deps.clock.now() + 60_000 });
    const gone = queue.apply(anApplicant({ name: 'gone', enrollmentToken: token }), () => true);
    const there = queue.apply(anApplicant({ name: 'there', enrollmentToken: token }));
    expect(await Promise.all([gone, there])).toMatchObject([{ outcome: 'refused', code: 'limit' }, { outcome: 'admitted' }]);
  });

  test('of whom one has a name that is taken: that one waits for a person, the others do not', async () => {
    await joinAll(1, ['taken']);
    expect(await joinAll(3, ['free-1', 'taken', 'free-2'])).toEqual(['admitted', 'pending', 'admitted']);
  });
});

test('without a token, several organizations cannot be told apart', async () => {
  await world.organization('second');
  expect(await queue.apply(anApplicant())).toMatchObject({ outcome: 'refused', code: 'token' });
});
