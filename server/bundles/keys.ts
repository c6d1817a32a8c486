import { canonicalJson } from '@selvedge/edge-runtime/protocol';
import type { Envelope, KeySet, TrustedKey } from '@selvedge/edge-runtime/protocol';
import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { findKeySets, findSigningKeys, insertFirstSigningKey, insertKeySet, insertSigningKey, lockSigningKeys, retireKey } from './repository.ts';
import type { StoredSigningKey } from './repository.ts';
import { generateSigningKey, openSigningKey, seal } from './signing.ts';
import type { OpenSigningKey } from './signing.ts';

/** So many keys sign at one time; each adds a signature to all that nodes are told. */
const activeMax = 4;

/** By which keys nodes know what is ours, and how they come to them from earlier ones. The first key is made when it is first asked for. */
export async function signersOf(deps: Deps, organizationId: string): Promise<{ signingKeys: TrustedKey[]; keySets: Envelope[] }> {
  const [signingKeys, keySets] = [await signingKeysOf(deps, organizationId), await findKeySets(deps.db, organizationId)];
  return { signingKeys, keySets: keySets.map(({ envelope }) => envelope) };
}

export async function signingKeysOf(deps: Deps, organizationId: string): Promise<TrustedKey[]> {
  return (await activeKeys(deps, organizationId)).map(publicOf);
}

/** Active keys, at least one. */
export async function activeKeys(deps: Deps, organizationId: string): Promise<StoredSigningKey[]> {
  const active = async (): Promise<StoredSigningKey[]> => (await findSigningKeys(deps.db, organizationId)).filter((key) => key.state === 'Active');
  const keys = await active();
  if (keys.length > 0) return keys;
  await makeFirstKey(deps, organizationId);
  return active();
}

export function openStored(deps: Pick<Deps, 'vault'>, key: StoredSigningKey): OpenSigningKey {
  return openSigningKey(key.id, deps.vault.unseal(key.sealedKey, `signing-key:${key.id}`));
}

/** A further key signs beside those there are. Nodes that are connected trust it at once, the others when they come back. */
export async function addSigningKey(deps: Deps, actor: Actor): Promise<TrustedKey> {
  const { organizationId } = actor;
  await activeKeys(deps, organizationId);
  return performChange(deps, actor, async (change) => {
    await lockSigningKeys(change.tx, organizationId);
    const before = (await findSigningKeys(change.tx, organizationId)).filter((key) => key.state === 'Active');
    if (before.length >= activeMax) throw new DomainError('Conflict', `${activeMax} keys sign already; retire one first.`);
    const added = newKey(deps, organizationId);
    await insertSigningKey(change.tx, added);
    await announce(deps, change, organizationId, [...before, added], [...before, added]);
    change.record({ action: 'signingKey.create', object: { kind: 'signingKey', id: added.id, name: added.id }, after: { publicKey: added.publicKey } });
    return publicOf(added);
  });
}

/** A key signs no more and is destroyed; another has to be active. What it signed may go on running on nodes that took it. */
export async function retireSigningKey(deps: Deps, actor: Actor, keyId: string): Promise<void> {
  const { organizationId } = actor;
  await performChange(deps, actor, async (change) => {
    await lockSigningKeys(change.tx, organizationId);
    const keys = await findSigningKeys(change.tx, organizationId);
    const retiring = keys.find((key) => key.id === keyId);
    if (retiring === undefined) throw notFound('signing key', keyId);
    const active = keys.filter((key) => key.state === 'Active');
    const left = active.filter((key) => key.id !== keyId);
    if (retiring.state === 'Retired') throw new DomainError('Conflict', 'This key is retired already.');
    if (left.length === 0) throw new DomainError('Conflict', 'It is the only key: add another first, which nodes then trust.');
    await announce(deps, change, organizationId, left, active);
    await retireKey(change.tx, keyId, new Date(deps.clock.now()));
    change.record({ action: 'signingKey.retire', object: { kind: 'signingKey', id: keyId, name: keyId }, before: { state: 'Active' }, after: { state: 'Retired' } });
  });
}

/** The next key set: `keys` sign from now on, and `signers`, those before included, say so. Kept as it is signed, for nodes that are away. */
async function announce(deps: Deps, change: Change, organizationId: string, keys: readonly StoredSigningKey[], signers: readonly StoredSigningKey[]): Promise<void> {
  const version = ((await findKeySets(change.tx, organizationId)).at(-1)?.version ?? 1) + 1;
  const set = { schema: 'selvedge.keys/1', organization: organizationId, version, keys: keys.map(publicOf), issuedAt: deps.clock.now() } satisfies KeySet;
  await insertKeySet(change.tx, organizationId, version, seal(canonicalJson(set), signers.map((key) => openStored(deps, key))));
  change.publish({ topic: 'settings', subjectId: organizationId, kind: 'signingKey' });
  change.publish({ topic: 'link', subjectId: organizationId, kind: 'keySet' });
}

function newKey(deps: Deps, organizationId: string): StoredSigningKey {
  const id = deps.ids.next();
  const { publicKey, privateKey } = generateSigningKey();
  return { id, organizationId, publicKey, sealedKey: deps.vault.seal(privateKey, `signing-key:${id}`), state: 'Active', createdAt: new Date(deps.clock.now()), retiredAt: null };
}

async function makeFirstKey(deps: Deps, organizationId: string): Promise<void> {
  await performChange(deps, systemActor(organizationId, deps.ids.next()), async ({ tx, record, publish }) => {
    const key = newKey(deps, organizationId);
    if (!(await insertFirstSigningKey(tx, key))) return;
    record({ action: 'signingKey.create', object: { kind: 'signingKey', id: key.id, name: key.id }, after: { publicKey: key.publicKey } });
    publish({ topic: 'settings', subjectId: key.id, kind: 'signingKey' });
  });
}

function publicOf(key: StoredSigningKey): TrustedKey {
  return { keyId: key.id, publicKey: key.publicKey };
}
