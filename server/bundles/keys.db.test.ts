import { createPublicKey, verify } from 'node:crypto';
import { keySetSchema } from '@selvedge/edge-runtime/protocol';
import type { Envelope, TrustedKey } from '@selvedge/edge-runtime/protocol';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { signersOf } from './index.ts';

let world: TestWorld;
let organization: string;
const keysAs = (role: Parameters<typeof aUser>[1]) => callAs(world.deps, aUser(organization, role)).settings.signingKeys;

beforeAll(async () => {
  world = await testWorld();
});
beforeEach(async () => {
  organization = await world.organization();
  await signersOf(world.deps, organization);
});

function signedBy({ payload, signatures }: Envelope, { keyId, publicKey }: TrustedKey): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  return signatures.some((one) => one.keyId === keyId && verify(null, Buffer.from(payload), key, Buffer.from(one.signature, 'base64url')));
}

test('a key is added and another retired: nodes are told by sets that the keys before and after have signed', async () => {
  const before = await signersOf(world.deps, organization);
  const [first] = before.signingKeys;
  expect(before).toMatchObject({ signingKeys: [{}], keySets: [] });
  const second = await keysAs('administrator').add({});
  if (first === undefined) throw new Error('there is no first key');
  await keysAs('administrator').retire({ keyId: first.keyId });
  const { signingKeys, keySets } = await signersOf(world.deps, organization);
  expect(signingKeys).toEqual([second]);
  expect(keySets.map(({ payload }) => keySetSchema.parse(JSON.parse(payload))).map(({ version, keys }) => [version, keys.map(({ keyId }) => keyId)])).toEqual([[2, [first.keyId, second.keyId]], [3, [second.keyId]]]);
  for (const envelope of keySets) expect([signedBy(envelope, first), signedBy(envelope, second)]).toEqual([true, true]);
  expect((await world.deps.db.signingKey.findUniqueOrThrow({ where: { id: first.keyId } })).sealedKey).toHaveLength(0);
  expect((await keysAs('viewer').list({})).items).toMatchObject([{ keyId: first.keyId, state: 'Retired' }, { keyId: second.keyId, state: 'Active' }]);
  const actions = await world.deps.db.auditEntry.findMany({ where: { organizationId: organization, action: { startsWith: 'signingKey.' } }, orderBy: { sequence: 'asc' } });
  expect(actions.map(({ action }) => action)).toEqual(['signingKey.create', 'signingKey.create', 'signingKey.retire']);
});

test('the only key is not retired, a retired one not twice, and more than four do not sign', async () => {
  const [first] = (await signersOf(world.deps, organization)).signingKeys;
  const keyId = first?.keyId ?? '';
  await expect(keysAs('administrator').retire({ keyId })).rejects.toMatchObject({ cause: { code: 'Conflict' } });
  for (let more = 0; more < 3; more += 1) await keysAs('administrator').add({});
  await expect(keysAs('administrator').add({})).rejects.toMatchObject({ cause: { code: 'Conflict', message: '4 keys sign already; retire one first.' } });
  await keysAs('administrator').retire({ keyId });
  await expect(keysAs('administrator').retire({ keyId })).rejects.toMatchObject({ cause: { code: 'Conflict' } });
  await expect(keysAs('operator').add({})).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
  organization = await world.organization('Other');
  await expect(keysAs('administrator').retire({ keyId })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
});

test('two who retire the last two keys at once leave one', async () => {
  const [first] = (await signersOf(world.deps, organization)).signingKeys;
  const second = await keysAs('administrator').add({});
  const ends = await Promise.allSettled([first?.keyId ?? '', second.keyId].map((keyId) => keysAs('administrator').retire({ keyId })));
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect((await signersOf(world.deps, organization)).signingKeys).toHaveLength(1);
});
