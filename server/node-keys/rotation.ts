import { createPublicKey, verify } from 'node:crypto';
import { canonicalJson, newKeyText } from '@selvedge/edge-runtime/protocol';
import type { FromAgent, KeyTaken, NodeKeyChange } from '@selvedge/edge-runtime/protocol';
import { performChange } from '../audit/index.ts';
import { signersOf, signText } from '../bundles/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { wholeOf } from '../kernel/reach.ts';
import { findNode, insertTimeline, lockNodes, timelineEntries } from '../nodes/index.ts';
import type { NodeRow } from '../nodes/index.ts';
import { replaceKey } from './replace.ts';
import { isKeyKnown, noteShown } from './repository.ts';
import type { FormerKeyRow } from './repository.ts';

export type NewKey = Extract<FromAgent, { type: 'newKey' }>;

/** A former key that is shown again is said so often at most. */
const shownAgainMs = 3_600_000;

/**
 * Takes the key that a node shows in answer to `rotateKey`: signed by the key that it has, so that nobody else names it, and by the
 * new one, so that it is the node's to name. One transaction; a node that did not hear of it is told again when it comes back with
 * either key. Resolves with why not when it is not taken.
 */
export async function takeNewKey(deps: Deps, actor: Actor, nodeId: string, { publicKey, byOld, byNew }: NewKey): Promise<KeyTaken | string> {
  const taken = await performChange(deps, actor, async (change) => {
    const [row] = await lockNodes(change.tx, wholeOf(actor.organizationId), [nodeId]);
    if (row === undefined) return 'the node is gone';
    if (row.publicKey === publicKey) return keyChangeOf(row, row.publicKey, row.keySince);
    if (row.keyRotationRequestedAt === null || row.keyRevokedAt !== null || row.revokedAt !== null) return 'no other key was asked for';
    const text = newKeyText({ organization: row.organizationId, node: row.id, replaces: row.publicKey, publicKey });
    if (!isSignedBy(row.publicKey, text, byOld) || !isSignedBy(publicKey, text, byNew)) return 'the new key is not signed by the old one and by itself';
    if (await isKeyKnown(change.tx, publicKey)) return 'the new key is, or was, that of a node';
    const shown = await replaceKey(deps, change, row, publicKey, 'Rotated');
    await insertTimeline(change.tx, timelineEntries(deps, row, { kind: 'control plane' }, [{ tone: 'positive', reason: 'KeyRotated', message: `It has another key, ${shown}; the one before, ${row.fingerprint}, is refused from now on.` }]));
    change.record({ action: 'node.takeKey', object: { kind: 'node', id: row.id, name: row.name }, before: { fingerprint: row.fingerprint }, after: { fingerprint: shown, publicKey } });
    change.publish({ topic: 'node', subjectId: row.id, kind: 'key' });
    return keyChangeOf({ ...row, publicKey }, row.publicKey, new Date(deps.clock.now()));
  });
  return typeof taken === 'string' ? taken : signed(deps, taken);
}

/**
 * What a node is told that comes with a key it had once: where it rotated, and may not have heard that its next key was taken, the
 * signed word of that; null when nothing but a person helps. That it was shown is on the node's timeline, and in the audit.
 */
export async function answerFormerKey(deps: Deps, former: FormerKeyRow, hostname: string): Promise<KeyTaken | null> {
  const node = await findNode(deps.db, wholeOf(former.organizationId), former.nodeId);
  if (node === null) return null;
  await noteFormerKey(deps, node, former, hostname);
  return former.because === 'Rotated' ? signed(deps, keyChangeOf(node, former.publicKey, former.until)) : null;
}

async function noteFormerKey(deps: Deps, node: NodeRow, former: FormerKeyRow, hostname: string): Promise<void> {
  const now = deps.clock.now();
  await performChange(deps, systemActor(node.organizationId, deps.ids.next(), 'agent link'), async (change) => {
    if (!(await noteShown(change.tx, former.publicKey, new Date(now), new Date(now - shownAgainMs)))) return;
    const rotated = former.because === 'Rotated';
    const message = `A machine (${hostname}) showed the former key ${former.fingerprint} and was refused. ${rotated ? 'A node does so once when it lost power while it changed its key; otherwise the key was copied, or an old disk was put back.' : 'It was given up when the node was enrolled again.'}`;
    await insertTimeline(change.tx, timelineEntries(deps, node, { kind: 'control plane' }, [{ tone: rotated ? 'notice' : 'critical', reason: 'FormerKeyShown', message }]));
    change.record({ action: 'node.connect', object: { kind: 'node', id: node.id, name: node.name }, outcome: 'refused', reason: `A former key, ${former.fingerprint}, was shown.` });
    change.publish({ topic: 'node', subjectId: node.id, kind: 'timeline' });
  });
}

function keyChangeOf(node: Pick<NodeRow, 'id' | 'organizationId' | 'publicKey'>, replaces: string, at: Date): NodeKeyChange {
  return { schema: 'selvedge.node-key/1', organization: node.organizationId, node: node.id, publicKey: node.publicKey, replaces, at: at.getTime() };
}

async function signed(deps: Deps, change: NodeKeyChange): Promise<KeyTaken> {
  const { keySets } = await signersOf(deps, change.organization);
  return { type: 'keyTaken', change: await signText(deps, change.organization, canonicalJson(change)), keySets };
}

function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
  } catch {
    // 43 characters need not be a point on the curve.
    return false;
  }
}
