import type { Envelope, TrustedKey } from '@selvedge/edge-runtime/protocol';
import { performChange } from '../audit/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import type { Queryable } from '../kernel/db.ts';
import { findKeySets, findSigningKeys, findThreshold, insertFirstSigningKey } from './repository.ts';
import type { StoredSigningKey } from './repository.ts';
import { generateSigningKey, openSigningKey } from './signing.ts';
import type { OpenSigningKey } from './signing.ts';

/** By whose signatures nodes know what is ours: the control plane's own keys, those that people hold, and how many of both have to sign. */
export interface KeyStanding {
  /** Active keys of the control plane, at least one. */
  own: StoredSigningKey[];
  /** Active keys that people hold. */
  held: StoredSigningKey[];
  threshold: number;
}

/** By which keys nodes know what is ours, and how they come to them from earlier ones. The first key is made when it is first asked for. */
export async function signersOf(deps: Deps, organizationId: string): Promise<{ signingKeys: TrustedKey[]; threshold: number; keySets: Envelope[] }> {
  const { own, held, threshold } = await keysOf(deps, organizationId);
  const keySets = await findKeySets(deps.db, organizationId);
  return { signingKeys: [...own, ...held].map(publicOf), threshold, keySets: keySets.map(({ envelope }) => envelope) };
}

export async function signingKeysOf(deps: Deps, organizationId: string): Promise<TrustedKey[]> {
  return (await activeKeys(deps, organizationId)).map(publicOf);
}

/** Active keys of the control plane, at least one. */
export async function activeKeys(deps: Deps, organizationId: string): Promise<StoredSigningKey[]> {
  return (await keysOf(deps, organizationId)).own;
}

async function keysOf(deps: Deps, organizationId: string): Promise<KeyStanding> {
  const standing = await readStanding(deps.db, organizationId);
  if (standing.own.length > 0) return standing;
  await makeFirstKey(deps, organizationId);
  return readStanding(deps.db, organizationId);
}

export async function readStanding(db: Queryable, organizationId: string): Promise<KeyStanding> {
  const [keys, threshold] = [await findSigningKeys(db, organizationId), await findThreshold(db, organizationId)];
  const active = keys.filter((key) => key.state === 'Active');
  return { own: active.filter(({ holder }) => holder === null), held: active.filter(({ holder }) => holder !== null), threshold };
}

export function openStored(deps: Pick<Deps, 'vault'>, key: StoredSigningKey): OpenSigningKey {
  return openSigningKey(key.id, deps.vault.unseal(key.sealedKey, `signing-key:${key.id}`));
}

/** A key of the control plane's own, not kept yet. */
export function newKey(deps: Deps, organizationId: string, state: 'Proposed' | 'Active'): StoredSigningKey {
  const id = deps.ids.next();
  const { publicKey, privateKey } = generateSigningKey();
  return { id, organizationId, publicKey, holder: null, sealedKey: deps.vault.seal(privateKey, `signing-key:${id}`), state, createdAt: new Date(deps.clock.now()), retiredAt: null };
}

async function makeFirstKey(deps: Deps, organizationId: string): Promise<void> {
  await performChange(deps, systemActor(organizationId, deps.ids.next()), async ({ tx, record, publish }) => {
    const key = newKey(deps, organizationId, 'Active');
    if (!(await insertFirstSigningKey(tx, key))) return;
    record({ action: 'signingKey.create', object: { kind: 'signingKey', id: key.id, name: key.id }, after: { publicKey: key.publicKey } });
    publish({ topic: 'settings', subjectId: key.id, kind: 'signingKey' });
  });
}

export function publicOf({ id, publicKey, holder }: StoredSigningKey): TrustedKey {
  return { keyId: id, publicKey, ...(holder !== null && { holder }) };
}
