import { canonicalJson, keySetSchema } from '@selvedge/edge-runtime/protocol';
import type { KeySet, TrustedKey } from '@selvedge/edge-runtime/protocol';
import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { digestOf } from './assemble.ts';
import { activeKeys, newKey, openStored, publicOf, readStanding } from './keys.ts';
import type { KeyStanding } from './keys.ts';
import { activateKeys, deleteProposal, findKeySets, findProposal, findSignatures, findSigningKeys, insertKeySet, insertProposal, insertSigningKey, lockSigningKeys, retireKey, writeThreshold } from './repository.ts';
import type { StoredSigningKey, StoredSignature } from './repository.ts';
import { seal } from './signing.ts';

/** So many keys of the control plane sign at one time, each adding a signature to all that nodes are told; and so many are held by people. */
const ownMax = 4;
const heldMax = 8;

/** Whether a change was made, or waits for the signatures of who hold keys. */
export type Changed = 'done' | 'waits';

/** A further key signs beside those there are. Nodes that are connected trust it at once, the others when they come back. */
export async function addSigningKey(deps: Deps, actor: Actor): Promise<TrustedKey> {
  return changeKeys(deps, actor, async (change, before) => {
    if (before.own.length >= ownMax) throw new DomainError('Conflict', `${ownMax} keys sign already; retire one first.`);
    const added = newKey(deps, actor.organizationId, 'Proposed');
    await insertSigningKey(change.tx, added);
    const outcome = await propose(deps, change, actor, before, { ...before, own: [...before.own, added] });
    change.record({ action: 'signingKey.create', object: { kind: 'signingKey', id: added.id, name: added.id }, after: { publicKey: added.publicKey, outcome } });
    return publicOf(added);
  });
}

/** A person's key counts from now on, beside the control plane's; its private half stays with them. */
export async function addHeldKey(deps: Deps, actor: Actor, { holder, publicKey }: { holder: string; publicKey: string }): Promise<{ keyId: string; outcome: Changed }> {
  return changeKeys(deps, actor, async (change, before) => {
    if (before.held.length >= heldMax) throw new DomainError('Conflict', `${heldMax} people hold keys already; retire one first.`);
    const known = (await findSigningKeys(change.tx, actor.organizationId)).find((key) => key.publicKey === publicKey);
    if (known !== undefined) throw new DomainError('Conflict', `This key is known already${known.holder === null ? '' : `, as that of ${known.holder}`}: each person has one of their own.`);
    const added: StoredSigningKey = { id: deps.ids.next(), organizationId: actor.organizationId, publicKey, holder, sealedKey: new Uint8Array(), state: 'Proposed', createdAt: new Date(deps.clock.now()), retiredAt: null };
    await insertSigningKey(change.tx, added);
    const outcome = await propose(deps, change, actor, before, { ...before, held: [...before.held, added] });
    change.record({ action: 'signingKey.addHolder', object: { kind: 'signingKey', id: added.id, name: holder }, after: { publicKey, outcome } });
    return { keyId: added.id, outcome };
  });
}

/** A key signs no more, and is destroyed where it is ours; another of ours has to be active. What it signed may go on running on nodes that took it. */
export async function retireSigningKey(deps: Deps, actor: Actor, keyId: string): Promise<Changed> {
  return changeKeys(deps, actor, async (change, before) => {
    const retiring = (await findSigningKeys(change.tx, actor.organizationId)).find((key) => key.id === keyId);
    if (retiring === undefined) throw notFound('signing key', keyId);
    if (retiring.state === 'Retired') throw new DomainError('Conflict', 'This key is retired already.');
    const stays = (key: StoredSigningKey): boolean => key.id !== keyId;
    const after = { ...before, own: before.own.filter(stays), held: before.held.filter(stays) };
    if (after.own.length === 0) throw new DomainError('Conflict', 'It is the only key: add another first, which nodes then trust.');
    const outcome = await propose(deps, change, actor, before, after);
    change.record({ action: 'signingKey.retire', object: { kind: 'signingKey', id: keyId, name: retiring.holder ?? keyId }, before: { state: 'Active' }, after: { state: 'Retired', outcome } });
    return outcome;
  });
}

/** How many have to sign a bundle from now on, the control plane counting as one. */
export async function setThreshold(deps: Deps, actor: Actor, threshold: number): Promise<Changed> {
  return changeKeys(deps, actor, async (change, before) => {
    if (before.threshold === threshold) return 'done';
    const outcome = await propose(deps, change, actor, before, { ...before, threshold });
    change.record({ action: 'signingKey.setThreshold', object: { kind: 'organization', id: actor.organizationId, name: 'signing keys' }, before: { threshold: before.threshold }, after: { threshold, outcome } });
    return outcome;
  });
}

/** Takes a change back that waits for signatures. */
export async function withdrawChange(deps: Deps, actor: Actor): Promise<void> {
  await performChange(deps, actor, async (change) => {
    await lockSigningKeys(change.tx, actor.organizationId);
    const proposal = await findProposal(change.tx, actor.organizationId);
    if (proposal === null) throw new DomainError('Conflict', 'No change of the keys waits for signatures.');
    await deleteProposal(change.tx, actor.organizationId);
    change.record({ action: 'signingKey.withdrawChange', object: { kind: 'keySet', id: proposal.digest, name: proposal.digest }, before: { digest: proposal.digest } });
    change.publish({ topic: 'settings', subjectId: actor.organizationId, kind: 'signingKey' });
  });
}

async function changeKeys<Value>(deps: Deps, actor: Actor, work: (change: Change, before: KeyStanding) => Promise<Value>): Promise<Value> {
  await activeKeys(deps, actor.organizationId);
  return performChange(deps, actor, async (change) => {
    await lockSigningKeys(change.tx, actor.organizationId);
    if ((await findProposal(change.tx, actor.organizationId)) !== null) throw new DomainError('Conflict', 'Another change of the keys waits for signatures: have it signed, or withdraw it first.');
    return work(change, await readStanding(change.tx, actor.organizationId));
  });
}

/** Makes the change, or where people have to sign it keeps it until they have: who had to sign before, and who will have to. */
async function propose(deps: Deps, change: Change, actor: Actor, before: KeyStanding, after: KeyStanding): Promise<Changed> {
  if (after.threshold > 1 + after.held.length) throw new DomainError('Conflict', `${after.threshold} have to sign, the control plane among them, and ${after.held.length} ${after.held.length === 1 ? 'person holds' : 'people hold'} a key.`);
  const { organizationId } = actor;
  const version = ((await findKeySets(change.tx, organizationId)).at(-1)?.version ?? 1) + 1;
  const set = { schema: 'selvedge.keys/1', organization: organizationId, version, keys: [...after.own, ...after.held].map(publicOf), ...(after.threshold > 1 && { threshold: after.threshold }), issuedAt: deps.clock.now() } satisfies KeySet;
  const payload = canonicalJson(set);
  if (before.threshold === 1 && after.threshold === 1) {
    await announce(deps, change, organizationId, payload);
    return 'done';
  }
  await insertProposal(change.tx, { organizationId, payload, digest: digestOf(payload), createdBy: actor.name, createdAt: new Date(deps.clock.now()) });
  change.publish({ topic: 'settings', subjectId: organizationId, kind: 'signingKey' });
  return 'waits';
}

/** Makes the change that waits, once enough have signed it; false while they have not. */
export async function completeChange(deps: Deps, change: Change, organizationId: string): Promise<boolean> {
  const proposal = await findProposal(change.tx, organizationId);
  if (proposal === null) return false;
  const signatures = await findSignatures(change.tx, organizationId, [proposal.digest]);
  const { keys, threshold = 1 } = keySetSchema.parse(JSON.parse(proposal.payload));
  const before = await readStanding(change.tx, organizationId);
  const ofBefore = signatures.filter(({ keyId }) => before.held.some(({ id }) => id === keyId));
  const ofAfter = signatures.filter(({ keyId }) => keys.some((key) => key.keyId === keyId));
  if (ofBefore.length + 1 < before.threshold || ofAfter.length + 1 < threshold) return false;
  await announce(deps, change, organizationId, proposal.payload, [...new Set([...ofBefore.slice(0, before.threshold - 1), ...ofAfter.slice(0, threshold - 1)])]);
  await deleteProposal(change.tx, organizationId);
  return true;
}

/** The next key set holds: signed by our keys of before and after, and by who had to sign beside them. Kept as it is signed, for nodes that are away. */
async function announce(deps: Deps, change: Change, organizationId: string, payload: string, signatures: readonly StoredSignature[] = []): Promise<void> {
  const { version, keys, threshold = 1 } = keySetSchema.parse(JSON.parse(payload));
  const listed = new Set(keys.map(({ keyId }) => keyId));
  const current = (await findSigningKeys(change.tx, organizationId)).filter((key) => key.state === 'Active' || listed.has(key.id));
  const envelope = seal(payload, current.filter(({ holder }) => holder === null).map((key) => openStored(deps, key)));
  await insertKeySet(change.tx, organizationId, version, { payload, signatures: [...envelope.signatures, ...signatures.map(({ keyId, signature }) => ({ keyId, signature }))] });
  await activateKeys(change.tx, [...listed]);
  for (const { id } of current) if (!listed.has(id)) await retireKey(change.tx, id, new Date(deps.clock.now()));
  await writeThreshold(change.tx, organizationId, threshold);
  change.publish({ topic: 'settings', subjectId: organizationId, kind: 'signingKey' });
  change.publish({ topic: 'link', subjectId: organizationId, kind: 'keySet' });
}
