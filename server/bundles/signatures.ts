import { createPublicKey, verify } from 'node:crypto';
import { performChange } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Queryable } from '../kernel/db.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { completeChange } from './key-changes.ts';
import { readStanding } from './keys.ts';
import { deploymentsOf, findBundle, findProposal, findSignatures, findSigningKeys, findThreshold, insertSignature, lockSigningKeys, nodesThatWaitFor } from './repository.ts';
import type { StoredSigningKey } from './repository.ts';
import type { AddedSignature, SignatureStanding } from './schema.ts';

/**
 * Takes what a person signed with their own key: a bundle, or a change of the keys, by the digest of its text. Whose key it was is
 * found by it. Where it was the last that was missing, the rollouts that waited go on, or the change is made. Throws
 * `SignatureRefused` for one that is of none who may sign this.
 */
export async function addSignature(deps: Deps, actor: Actor, { digest, signature }: { digest: string; signature: string }): Promise<AddedSignature> {
  const { organizationId } = actor;
  return performChange(deps, actor, async (change) => {
    await lockSigningKeys(change.tx, organizationId);
    const proposal = await findProposal(change.tx, organizationId);
    const isChange = proposal?.digest === digest;
    const payload = isChange ? proposal.payload : (await findBundle(change.tx, organizationId, digest))?.manifest;
    if (payload === undefined) throw notFound('text to sign', digest);
    const keys = (await findSigningKeys(change.tx, organizationId)).filter(({ holder, state }) => holder !== null && (state === 'Active' || (isChange && state === 'Proposed')));
    const key = keys.find(({ publicKey }) => isSignedBy(publicKey, payload, signature));
    if (key === undefined) throw new DomainError('SignatureRefused', keys.length === 0 ? 'Nobody holds a key that counts: add one first.' : `The signature is not of this text by a key that counts: ${keys.map(({ holder }) => holder).join(', ')} may sign.`);
    const kind = isChange ? 'keySet' : 'bundle';
    if (await insertSignature(change.tx, { organizationId, digest, keyId: key.id, signature, addedBy: actor.name, addedAt: new Date(deps.clock.now()) })) {
      change.record({ action: 'signature.add', object: { kind, id: digest, name: key.holder ?? key.id }, after: { holder: key.holder, key: key.id } });
    }
    const complete = isChange ? await completeChange(deps, change, organizationId) : (await standingOf(change.tx, organizationId, digest))?.missing === 0;
    change.publish({ topic: 'settings', subjectId: organizationId, kind: 'signingKey' });
    if (!isChange) for (const id of await deploymentsOf(change.tx, organizationId, digest)) change.publish({ topic: 'deployment', subjectId: id, kind: 'signed' });
    // Who was told before it was signed has refused it, and does not ask again.
    if (!isChange && complete) for (const id of await nodesThatWaitFor(change.tx, organizationId, digest)) change.publish({ topic: 'assignment', subjectId: id, kind: 'signed' });
    return { digest, kind, holder: key.holder ?? '', complete };
  });
}

/** Who has signed a bundle, and how many have to yet; null where the control plane alone signs. */
export async function standingOf(db: Queryable, organizationId: string, digest: string): Promise<SignatureStanding | null> {
  return (await standingsOf(db, organizationId, [digest])).get(digest) ?? null;
}

/** By digest, of bundles; none where the control plane alone signs. */
export async function standingsOf(db: Queryable, organizationId: string, digests: readonly string[]): Promise<Map<string, SignatureStanding>> {
  if (digests.length === 0 || (await findThreshold(db, organizationId)) === 1) return new Map();
  const { held, threshold } = await readStanding(db, organizationId);
  const signatures = Map.groupBy(await findSignatures(db, organizationId, digests), ({ digest }) => digest);
  return new Map([...new Set(digests)].map((digest) => [digest, toStanding(held, threshold, signatures.get(digest) ?? [])]));
}

export function toStanding(held: readonly StoredSigningKey[], threshold: number, signatures: readonly { keyId: string; addedBy: string; addedAt: Date }[]): SignatureStanding {
  const signers = held.map(({ id, holder }) => {
    const one = signatures.find(({ keyId }) => keyId === id);
    return { keyId: id, holder: holder ?? '', at: one?.addedAt.getTime() ?? null, by: one?.addedBy ?? null };
  });
  return { needed: threshold - 1, missing: Math.max(0, threshold - 1 - signers.filter(({ at }) => at !== null).length), signers };
}

function isSignedBy(publicKey: string, payload: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    return verify(null, Buffer.from(payload), key, Buffer.from(signature, 'base64url'));
  } catch {
    // 43 characters need not be a point on the curve.
    return false;
  }
}
