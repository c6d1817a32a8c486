import type { z } from 'zod';
import type { Change } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { wholeOf } from '../kernel/reach.ts';
import { forgetReceipts, replaceKey, writeKeyRevoked } from '../node-keys/index.ts';
import type { reenrolInput, reenrolOutput } from '../node-keys/schema.ts';
import { changeFacts, changeNode, insertTimeline, lockNodes, timelineEntries } from '../nodes/index.ts';
import type { Admission, Applicant } from './admission.ts';
import { deleteRequest, insertToken, revokeTokensOf } from './repository.ts';
import type { RequestRow, TokenRow } from './repository.ts';

/**
 * A node whose disk was lost or whose key is suspect: its key is refused and its connection cut from now on, and a token lets one
 * machine in under another key as the same node, with its labels, fleet and history. An earlier such token of it opens no more.
 */
export async function reenrol(deps: Deps, actor: Actor, input: z.infer<typeof reenrolInput>): Promise<z.infer<typeof reenrolOutput>> {
  const now = deps.clock.now();
  const expiresAt = now + input.hours * 3_600_000;
  const token = `selvedge-enrol-${deps.ids.secret()}`;
  let name = '';
  await changeNode(deps, actor, input.id, 'reenrol', async (change, row) => {
    name = row.name;
    if (row.connectedSince !== null) await changeFacts(deps, change, [row], () => ({ connectedSince: null, disconnectedAt: now }), now);
    await writeKeyRevoked(change.tx, row.id, new Date(now));
    await revokeTokensOf(change.tx, row.id, now);
    const id = deps.ids.next();
    await insertToken(change.tx, { id, organizationId: row.organizationId, label: `${row.name} again`, labels: {}, nodeId: row.id, tokenDigest: deps.vault.digest(token), uses: 1, createdBy: actor.name, createdAt: now, expiresAt });
    change.record({ action: 'node.reenrol', object: { kind: 'node', id: row.id, name }, reason: input.reason, before: { fingerprint: row.fingerprint }, after: { keyRevoked: true, token: id, expiresAt } });
    change.publish({ topic: 'link', subjectId: row.id, kind: 'keyRevoked' });
    change.publish({ topic: 'settings', subjectId: id, kind: 'enrollmentToken' });
    return [{ tone: 'critical', reason: 'KeyRevoked', message: `Its key, ${row.fingerprint}, is refused from now on; it may enrol again with a token: ${input.reason}` }];
  });
  return { id: input.id, name, token, command: `npm run agent -- --name ${name} --link ${deps.publicUrl} --token ${token}`, expiresAt };
}

/** Lets the applicant in as the node that the token is for; a use of the token is the caller's to spend. */
export async function admitAgain(deps: Deps, change: Change, nodeId: string, applicant: Applicant, known: RequestRow | null, token: TokenRow): Promise<Admission> {
  const { organizationId } = token;
  const [row] = await lockNodes(change.tx, wholeOf(organizationId), [nodeId]);
  if (row === undefined || row.revokedAt !== null) return { outcome: 'refused', code: 'token', message: 'The node that the token is for was revoked.' };
  if (row.keyRevokedAt === null) return { outcome: 'refused', code: 'token', message: `${row.name} has enrolled again already.` };
  const shown = await replaceKey(deps, change, row, applicant.publicKey, 'Reenrolled');
  await forgetReceipts(change.tx, row.id);
  if (known !== null) await deleteRequest(change.tx, known.id);
  const message = `Enrolled again with the key ${shown}, by ${applicant.facts.hostname}; the one before, ${row.fingerprint}, stays refused.`;
  await insertTimeline(change.tx, timelineEntries(deps, row, { kind: 'control plane' }, [{ tone: 'positive', reason: 'Reenrolled', message }]));
  change.record({
    action: 'enrollment.readmit',
    object: { kind: 'node', id: row.id, name: row.name },
    before: { fingerprint: row.fingerprint },
    after: { fingerprint: shown, publicKey: applicant.publicKey, by: { kind: 'enrolment', id: token.id, label: token.label } },
  });
  change.publish({ topic: 'node', subjectId: row.id, kind: 'key' });
  change.publish({ topic: 'enrollment', subjectId: known?.id ?? token.id, kind: 'approved' });
  return { outcome: 'admitted', nodeId: row.id, organizationId };
}
