import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { beforeEach, beforeAll, describe, expect, test } from 'vitest';
import { TrustAnchor } from '../../edge-runtime/activation/trust.ts';
import { verifyDesired } from '../../edge-runtime/activation/verify.ts';
import { temporaryFolder } from '../../tools/testing/index.ts';
import { watchConditions } from '../alerts/conditions.ts';
import { anAgent } from '../deployments/testing/an-agent.ts';
import type { TestAgent } from '../deployments/testing/an-agent.ts';
import { advanceRollout } from '../rollout/index.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { desiredFor, signersOf } from './index.ts';

interface Held {
  publicKey: string;
  privateKey: KeyObject;
}

let world: TestWorld;
let organization: string;
let fleet: string;
let agent: TestAgent;
let ada: Held;
let ben: Held;
let count = 0;
const as = (role: Parameters<typeof aUser>[1] = 'administrator') => callAs(world.deps, aUser(organization, role));
const keys = () => as().settings.signingKeys;
const hold = (): Held => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: publicKey.export({ format: 'jwk' }).x ?? '', privateKey };
};

beforeAll(async () => {
  world = await testWorld();
});
beforeEach(async () => {
  organization = await world.organization();
  const site = `threshold-${++count}`;
  for (const limit of [1, 2]) await as('author').rules.publish({ name: 'watch', text: `define stream S (v int); from S[v > ${limit}] select v insert into O;` });
  fleet = (await as().fleets.create({ name: site, selector: `site=${site}`, settings: {} })).id;
  agent = await anAgent(world.deps, organization, `${site}-a`, { site });
  await agent.connect();
  [ada, ben] = [hold(), hold()];
});

/** What the control plane gives a person to sign, signed with their key and handed in. */
async function signs(holder: Held, digest: string) {
  const { payload } = await as('viewer').signing.get({ digest });
  return as('operator').signing.sign({ digest, signature: sign(null, Buffer.from(payload), holder.privateKey).toString('base64url') });
}

async function changeWaiting(): Promise<string> {
  return (await as('viewer').signing.list({})).items.find(({ kind }) => kind === 'keySet')?.digest ?? '';
}

/** Two people hold keys, and one of them has to sign. */
async function demandTwo(): Promise<void> {
  await keys().addHolder({ holder: 'Ada', publicKey: ada.publicKey });
  await keys().addHolder({ holder: 'Ben', publicKey: ben.publicKey });
  await keys().setThreshold({ threshold: 2 });
  await signs(ada, await changeWaiting());
}

async function deploy(version = 1, policy: object = {}): Promise<{ id: string; bundle: string }> {
  const { hash } = await as('operator').deployments.plan({ fleet, rules: [{ name: 'watch', version }], policy: { waves: [], maxUnavailable: { unit: 'percent', value: 100 }, bakeSeconds: 0, ...policy } });
  const { id } = await as('operator').deployments.create({ planHash: hash });
  await advanceRollout(world.deps, id);
  return { id, bundle: (await as('viewer').deployments.get({ id })).bundle };
}

const why = async (): Promise<string[]> => (await as('viewer').why.node({ id: agent.id })).causes.map(({ code }) => code);

describe('a deployment, where two have to sign', () => {
  test('tells no node before a person has signed its bundle, says so first, and then goes on; the node takes it by its own verification', async () => {
    const anchor = await TrustAnchor.load(await temporaryFolder());
    const before = await signersOf(world.deps, organization);
    await anchor.pin({ type: 'welcome', node: agent.id, organization, artefactToken: 't', artefactUrl: 'http://x', ...before, recordsThrough: 0 }, 1);
    await demandTwo();
    await anchor.follow((await signersOf(world.deps, organization)).keySets);
    expect(anchor.trust).toMatchObject({ threshold: 2, signingKeys: [{}, { holder: 'Ada' }, { holder: 'Ben' }] });

    const planned = await as('operator').deployments.plan({ fleet, rules: [{ name: 'watch', version: 1 }] });
    expect(planned.signatures).toMatchObject({ needed: 1, missing: 1, signers: [{ holder: 'Ada' }, { holder: 'Ben' }] });
    const { id, bundle } = await deploy();
    expect(await agent.desired()).toBeNull();
    expect(await why()).toEqual(['SignaturesMissing']);
    expect((await as('viewer').why.deployment({ id })).causes.map(({ code }) => code)[0]).toBe('SignaturesMissing');
    expect((await as('viewer').overview.get()).needs).toMatchObject(expect.arrayContaining([expect.objectContaining({ kind: 'signatures', target: { kind: 'deployment', id } })]));
    await watchConditions(world.deps);
    expect((await as('viewer').alerts.list({ source: ['rolloutWaiting'], state: ['Open'] })).items).toMatchObject([{ deployment: id, detail: 'One signature is missing: no node is told before.' }]);
    expect((await as('viewer').signing.list({})).items).toMatchObject([{ digest: bundle, kind: 'bundle', deployment: id, says: [expect.stringMatching(/^rule watch 1 /)], standing: { needed: 1, missing: 1 } }]);
    expect(await as('viewer').deployments.get({ id })).toMatchObject({ state: 'Progressing', signatures: { missing: 1, signers: [{ holder: 'Ada', at: null }, { holder: 'Ben', at: null }] } });

    expect(await signs(ben, bundle)).toEqual({ digest: bundle, kind: 'bundle', holder: 'Ben', complete: true });
    await advanceRollout(world.deps, id);
    const [desired] = await desiredFor(world.deps, [agent.id]);
    if (desired === null || desired === undefined) throw new Error('the node was told nothing');
    expect(verifyDesired(desired, anchor.trust).digest).toBe(bundle);
    const alone = { ...desired, bundle: { ...desired.bundle, signatures: desired.bundle.signatures.slice(0, 1) } };
    expect(() => verifyDesired(alone, anchor.trust)).toThrow('this node wants 1');
    await agent.run();
    await advanceRollout(world.deps, id);
    expect((await as('viewer').deployments.get({ id })).state).toBe('Succeeded');
    expect((await as('viewer').signing.list({})).items).toEqual([]);
    await watchConditions(world.deps);
    expect((await as('viewer').alerts.list({ source: ['rolloutWaiting'], state: ['Open'] })).items).toEqual([]);
    expect((await as('viewer').audit.list({ action: 'signature.add' })).items[0]).toMatchObject({ object: { kind: 'bundle', id: bundle, name: 'Ben' }, after: { holder: 'Ben' } });
  });

  test('goes back, by itself or by a person, to nothing that nodes would refuse', async () => {
    const first = await deploy(1);
    await agent.run();
    await advanceRollout(world.deps, first.id);
    await demandTwo();
    const second = await deploy(2, { onFailure: 'rollback' });
    await signs(ada, second.bundle);
    await advanceRollout(world.deps, second.id);
    await agent.fail('It does not start.');
    await advanceRollout(world.deps, second.id);
    expect((await as('viewer').deployments.get({ id: second.id })).state).toBe('Suspended');
    await expect(as('operator').deployments.rollBack({ id: second.id })).rejects.toMatchObject({ cause: { code: 'Conflict', message: expect.stringContaining('have not signed it') } });
    await signs(ben, first.bundle);
    expect(await as('operator').deployments.rollBack({ id: second.id })).toMatchObject({ state: 'RollingBack' });
  });

  test('takes no signature of another text, by another key, or of who may not', async () => {
    await demandTwo();
    const { bundle } = await deploy();
    const { payload } = await as('viewer').signing.get({ digest: bundle });
    const by = (key: Held, text: string) => ({ digest: bundle, signature: sign(null, Buffer.from(text), key.privateKey).toString('base64url') });
    for (const wrong of [by(hold(), payload), by(ada, `${payload} `)]) await expect(as('operator').signing.sign(wrong)).rejects.toMatchObject({ cause: { code: 'SignatureRefused' } });
    await expect(as('viewer').signing.sign(by(ada, payload))).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
    await expect(as('operator').signing.sign({ digest: `sha256:${'0'.repeat(64)}`, signature: 'A'.repeat(86) })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    await signs(ada, bundle);
    await signs(ada, bundle);
    expect(await world.deps.db.heldSignature.count({ where: { organizationId: organization, digest: bundle } })).toBe(1);
  });
});

describe('a change of the keys', () => {
  test('is made at once while the control plane signs alone; to demand more, whoever is to sign shows that they can', async () => {
    expect(await keys().addHolder({ holder: 'Ada', publicKey: ada.publicKey })).toMatchObject({ outcome: 'done' });
    await expect(keys().addHolder({ holder: 'Ada again', publicKey: ada.publicKey })).rejects.toMatchObject({ cause: { code: 'Conflict', message: expect.stringContaining('as that of Ada') } });
    await expect(keys().setThreshold({ threshold: 3 })).rejects.toMatchObject({ cause: { message: '3 have to sign, the control plane among them, and 1 person holds a key.' } });
    expect(await keys().setThreshold({ threshold: 2 })).toEqual({ threshold: 2, outcome: 'waits' });
    expect(await keys().list({})).toMatchObject({ threshold: 1, changeWaits: true });
    await expect(keys().add({})).rejects.toMatchObject({ cause: { message: expect.stringContaining('waits for signatures') } });
    expect(await signs(ada, await changeWaiting())).toMatchObject({ kind: 'keySet', holder: 'Ada', complete: true });
    expect(await keys().list({})).toMatchObject({ threshold: 2, changeWaits: false });
    await expect(keys().retire({ keyId: (await keys().list({})).items.find(({ holder }) => holder === 'Ada')?.keyId ?? '' })).rejects.toMatchObject({ cause: { message: '2 have to sign, the control plane among them, and 0 people hold a key.' } });
  });

  test('waits afterwards for who had to sign before, and can be withdrawn; nothing of it counts until then', async () => {
    await demandTwo();
    const eve = hold();
    await keys().addHolder({ holder: 'Eve', publicKey: eve.publicKey });
    const digest = await changeWaiting();
    expect((await as('viewer').signing.get({ digest })).says).toEqual([`adds the key ${eve.publicKey} of Eve`]);
    // She is to sign from then on, and had not to before.
    expect(await signs(eve, digest)).toMatchObject({ complete: false });
    expect((await signersOf(world.deps, organization)).signingKeys).toHaveLength(3);
    await keys().withdraw({});
    expect((await keys().list({})).items.map(({ holder }) => holder)).toEqual([null, 'Ada', 'Ben']);

    await keys().add({});
    expect(await signs(ben, await changeWaiting())).toMatchObject({ complete: true });
    const { signingKeys, keySets } = await signersOf(world.deps, organization);
    expect(signingKeys.filter(({ holder }) => holder === undefined)).toHaveLength(2);
    const anchor = await TrustAnchor.load(await temporaryFolder());
    const [own] = (await keys().list({})).items;
    await anchor.pin({ type: 'welcome', node: 'n', organization, artefactToken: 't', artefactUrl: 'http://x', signingKeys: [{ keyId: own?.keyId ?? '', publicKey: own?.publicKey ?? '' }], recordsThrough: 0 }, 1);
    expect(await anchor.follow(keySets)).toBe(4);
    expect(anchor.trust).toMatchObject({ threshold: 2 });
  });

  test('is for administrators; operators and viewers see it', async () => {
    for (const role of ['operator', 'viewer'] as const) {
      await expect(as(role).settings.signingKeys.setThreshold({ threshold: 2 })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
      await expect(as(role).settings.signingKeys.addHolder({ holder: 'x', publicKey: ada.publicKey })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
    }
  });
});
