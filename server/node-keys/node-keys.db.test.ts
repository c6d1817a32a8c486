import { sign } from 'node:crypto';
import { fingerprint, newKeyText, nodeKeySchema } from '@selvedge/edge-runtime/protocol';
import type { KeyTaken } from '@selvedge/edge-runtime/protocol';
import { beforeAll, describe, expect, test } from 'vitest';
import { aLink } from '../agent-link/testing/a-link.ts';
import type { TestLink } from '../agent-link/testing/a-link.ts';
import { aKey, WireAgent } from '../agent-link/testing/a-wire-agent.ts';
import type { NodeKey } from '../agent-link/testing/a-wire-agent.ts';
import { aNode } from '../nodes/testing/a-node.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import type { NewKey } from './rotation.ts';
import { askWhoIsDue } from './service.ts';

let world: TestWorld;
let link: TestLink;
let organization: string;
const as = (role: Parameters<typeof aUser>[1]) => callAs(world.deps, aUser(organization, role));

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  await world.relay();
  link = await aLink(world.deps);
});

async function aKnownNode(): Promise<{ id: string; agent: WireAgent }> {
  const agent = new WireAgent(link.url);
  return { id: await aNode(world.deps, organization, { publicKey: agent.key.publicKey }), agent };
}

/** What an agent with the old key says when it is asked for another. */
function shows(id: string, old: NodeKey, next: NodeKey, signedBy: { old?: NodeKey; next?: NodeKey; node?: string } = {}): NewKey {
  const text = Buffer.from(newKeyText({ organization, node: signedBy.node ?? id, replaces: old.publicKey, publicKey: next.publicKey }));
  const by = (key: NodeKey): string => sign(null, text, key.privateKey).toString('base64url');
  return { type: 'newKey', publicKey: next.publicKey, byOld: by(signedBy.old ?? old), byNew: by(signedBy.next ?? next) };
}

const said = ({ change }: KeyTaken) => nodeKeySchema.parse(JSON.parse(change.payload));
const timeline = async (id: string) => (await as('viewer').nodes.timeline({ id })).items.map(({ reason }) => reason);
const comesBackWith = async (key: NodeKey, given: Parameters<WireAgent['hello']>[0] = {}): Promise<WireAgent> => {
  const again = new WireAgent(link.url, key);
  await again.shakeHands({ understands: ['rotateKey'], ...given });
  return again;
};

describe('a node that is asked for another key', () => {
  test('is asked at once, takes it on by both keys, and is refused with the old one, while its connection stands', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join({ understands: ['rotateKey'] });
    expect(await as('operator').nodeKeys.rotate({ id })).toEqual({ id, delivered: true });
    await agent.message('rotateKey');
    expect(await as('viewer').nodes.get({ id })).toMatchObject({ key: { rotationRequestedAt: expect.any(Number) } });
    await expect(as('operator').nodeKeys.rotate({ id })).rejects.toMatchObject({ cause: { code: 'Conflict', message: 'It was asked for another key already.' } });
    const next = aKey();
    agent.send(shows(id, agent.key, next));
    expect(said(await agent.message('keyTaken'))).toMatchObject({ organization, node: id, publicKey: next.publicKey, replaces: agent.key.publicKey });
    expect(await as('viewer').nodes.get({ id })).toMatchObject({
      publicKey: next.publicKey,
      fingerprint: await fingerprint(next.publicKey),
      key: { rotationRequestedAt: null },
      formerKeys: [{ fingerprint: await fingerprint(agent.key.publicKey), because: 'Rotated', shownAt: null }],
    });
    agent.send({ type: 'heartbeat', at: 1 });
    expect(agent.closed).toBeUndefined();
    const thief = await comesBackWith(agent.key, { understands: [] });
    expect(await thief.message('refused')).toMatchObject({ code: 'revoked', message: expect.stringContaining('replaced by another') });
    expect(thief.received.map(({ type }) => type)).not.toContain('keyTaken');
    expect(await timeline(id)).toEqual(expect.arrayContaining(['KeyRotationRequested', 'KeyRotated', 'FormerKeyShown']));
    expect((await as('viewer').audit.list({ action: 'node.takeKey' })).items[0]).toMatchObject({ actor: { kind: 'node' }, object: { id }, after: { fingerprint: await fingerprint(next.publicKey) } });
  });

  test('and was away is asked when it is back; one whose agent does not know how is not', async () => {
    const { id, agent } = await aKnownNode();
    expect(await as('operator').nodeKeys.rotate({ id })).toEqual({ id, delivered: false });
    await agent.join();
    await agent.close();
    expect(agent.received.map(({ type }) => type)).not.toContain('rotateKey');
    await (await comesBackWith(agent.key)).message('rotateKey');
  });

  test('and did not hear that it was taken is told when it comes back with the old key, and welcome with the new one', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join({ understands: ['rotateKey'] });
    await as('operator').nodeKeys.rotate({ id });
    await agent.message('rotateKey');
    const next = aKey();
    // The answer finds nobody: whether the change was made, the node cannot know.
    agent.send(shows(id, agent.key, next));
    await agent.message('keyTaken');
    agent.kill();
    const again = await comesBackWith(agent.key);
    expect(said(await again.message('keyTaken'))).toMatchObject({ publicKey: next.publicKey, replaces: agent.key.publicKey });
    expect((await again.ended()).code).toBe(4003);
    expect(await (await comesBackWith(next)).message('welcome')).toMatchObject({ node: id });
  });

  test('and whose key the database did not take keeps the old one, and is asked again', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join({ understands: ['rotateKey'] });
    await as('operator').nodeKeys.rotate({ id });
    await agent.message('rotateKey');
    await world.deps.db.$executeRaw`CREATE FUNCTION refuse_key() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$`;
    await world.deps.db.$executeRaw`CREATE TRIGGER refuse_key BEFORE UPDATE OF "publicKey" ON nodes FOR EACH ROW EXECUTE FUNCTION refuse_key()`;
    const next = aKey();
    agent.send(shows(id, agent.key, next));
    expect((await agent.ended()).code).toBe(1013);
    await world.deps.db.$executeRaw`DROP FUNCTION refuse_key CASCADE`;
    const again = await comesBackWith(agent.key);
    await again.message('rotateKey');
    again.send(shows(id, agent.key, next));
    expect(said(await again.message('keyTaken')).publicKey).toBe(next.publicKey);
  });

  test('and shows it twice is told the same twice', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join({ understands: ['rotateKey'] });
    await as('operator').nodeKeys.rotate({ id });
    const next = aKey();
    agent.send(shows(id, agent.key, next));
    agent.send(shows(id, agent.key, next));
    await agent.message('keyTaken', 1);
    expect((await as('viewer').nodes.get({ id })).formerKeys).toHaveLength(1);
  });

  test.each<[string, (id: string, old: NodeKey) => Promise<NewKey> | NewKey]>([
    ['that the old key did not sign', (id, old) => shows(id, old, aKey(), { old: aKey() })],
    ['that is not its own', (id, old) => shows(id, old, aKey(), { next: aKey() })],
    ['for another node', (id, old) => shows(id, old, aKey(), { node: 'other' })],
    ['that another node has', async (id, old) => {
      const { agent } = await aKnownNode();
      return shows(id, old, agent.key);
    }],
    ['that is no key', (id, old) => ({ ...shows(id, old, aKey()), publicKey: '_'.repeat(43) })],
  ])('keeps the old one when it shows one %s', async (_, make) => {
    const { id, agent } = await aKnownNode();
    await agent.join({ understands: ['rotateKey'] });
    await as('operator').nodeKeys.rotate({ id });
    agent.send(await make(id, agent.key));
    expect((await agent.ended()).code).toBe(4009);
    expect(await as('viewer').nodes.get({ id })).toMatchObject({ publicKey: agent.key.publicKey, formerKeys: [] });
  });

  test('is the only one that may change it: nobody is heard who was not asked', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join({ understands: ['rotateKey'] });
    agent.send(shows(id, agent.key, aKey()));
    expect(await agent.ended()).toMatchObject({ code: 4009, reason: 'no other key was asked for' });
  });
});

describe('a schedule', () => {
  test('asks for keys that are older than it allows, each once, and is on record', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join({ understands: ['rotateKey'] });
    expect(await as('viewer').nodeKeys.schedule()).toEqual({ days: null });
    await as('administrator').nodeKeys.setSchedule({ days: 30 });
    expect(await askWhoIsDue(world.deps)).toBe(0);
    await world.deps.db.node.update({ where: { id }, data: { keySince: new Date(world.deps.clock.now() - 31 * 86_400_000) } });
    expect(await askWhoIsDue(world.deps)).toBe(1);
    expect(await askWhoIsDue(world.deps)).toBe(0);
    await agent.message('rotateKey');
    expect((await as('viewer').audit.list({ action: 'node.rotateKeys' })).items[0]).toMatchObject({ actor: { name: 'key schedule' }, after: { nodes: 1, olderThanDays: 30 } });
    await as('administrator').nodeKeys.setSchedule({ days: null });
    await expect(as('operator').nodeKeys.setSchedule({ days: 1 })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
  });
});

describe('a node that has to enrol again', () => {
  test('is cut off, and comes back under another key as the same node, once; its former key stays refused', async () => {
    const { id, agent } = await aKnownNode();
    await agent.join({ understands: ['rotateKey'] });
    const { token, name, command } = await as('operator').nodeKeys.reenrol({ id, reason: 'its disk is gone' });
    expect(command).toContain(`--name ${name} `);
    expect(await agent.message('refused')).toMatchObject({ code: 'revoked', message: expect.stringContaining('Delete identity.pem') });
    const back = await comesBackWith(agent.key);
    expect(await back.message('refused')).toMatchObject({ code: 'revoked', message: expect.stringContaining('Delete identity.pem') });
    expect((await as('viewer').why.node({ id })).causes[0]?.code).toBe('KeyRevoked');

    const fresh = aKey();
    const anew = await comesBackWith(fresh, { enrollmentToken: token, name: 'whatever-it-says' });
    expect(await anew.message('welcome')).toMatchObject({ node: id });
    expect(await as('viewer').nodes.get({ id })).toMatchObject({ name, publicKey: fresh.publicKey, key: { revokedAt: null }, formerKeys: [{ because: 'Reenrolled' }] });
    const other = await comesBackWith(aKey(), { enrollmentToken: token });
    expect(await other.message('refused')).toMatchObject({ code: 'token', message: expect.stringMatching(/no uses left|already/) });
    const former = await comesBackWith(agent.key);
    expect(await former.message('refused')).toMatchObject({ code: 'revoked' });
    expect(former.received.map(({ type }) => type)).not.toContain('keyTaken');
    expect(await timeline(id)).toEqual(expect.arrayContaining(['KeyRevoked', 'Reenrolled', 'FormerKeyShown']));
    expect((await as('viewer').audit.list({ action: 'node.reenrol' })).items[0]).toMatchObject({ object: { id }, reason: 'its disk is gone' });
    expect((await as('viewer').audit.list({ action: 'enrollment.readmit' })).items[0]).toMatchObject({ object: { id }, after: { fingerprint: await fingerprint(fresh.publicKey) } });
  });

  test('and asked without the token first is let in with it, and its request is settled', async () => {
    const { id } = await aKnownNode();
    const { token } = await as('operator').nodeKeys.reenrol({ id, reason: 'new disk' });
    const fresh = aKey();
    const asking = await comesBackWith(fresh);
    await asking.message('pending');
    await asking.close();
    expect(await (await comesBackWith(fresh, { enrollmentToken: token })).message('welcome')).toMatchObject({ node: id });
    expect(await world.deps.db.enrollmentRequest.count({ where: { publicKey: fresh.publicKey } })).toBe(0);
  });

  test('has one token that opens: an earlier one, and one of a node that was revoked since, open nothing', async () => {
    const { id } = await aKnownNode();
    const first = await as('operator').nodeKeys.reenrol({ id, reason: 'new disk' });
    const second = await as('operator').nodeKeys.reenrol({ id, reason: 'the token was lost' });
    expect(await (await comesBackWith(aKey(), { enrollmentToken: first.token })).message('refused')).toMatchObject({ message: 'The enrolment token was revoked.' });
    expect((await as('viewer').enrollment.tokens.list({})).items[0]).toMatchObject({ state: 'Active', node: { id } });
    await as('operator').nodes.revoke({ id, reason: 'sold' });
    expect(await (await comesBackWith(aKey(), { enrollmentToken: second.token })).message('refused')).toMatchObject({ message: 'The node that the token is for was revoked.' });
    await expect(as('operator').nodeKeys.reenrol({ id, reason: 'back' })).rejects.toMatchObject({ cause: { code: 'Conflict' } });
  });

  test('gives what it says of itself in files numbers from the beginning', async () => {
    const { id } = await aKnownNode();
    await world.deps.db.node.update({ where: { id }, data: { receiptsThrough: 9 } });
    const { token } = await as('operator').nodeKeys.reenrol({ id, reason: 'new disk' });
    await (await comesBackWith(aKey(), { enrollmentToken: token })).message('welcome');
    expect(await world.deps.db.node.findUniqueOrThrow({ where: { id } })).toMatchObject({ receiptsThrough: 0n });
  });
});
