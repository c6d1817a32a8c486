import { fingerprint } from '@selvedge/edge-runtime/protocol';
import type { Facts, Labels } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { settleNode } from '../fleets/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import type { Question } from '../kernel/replicas.ts';
import { idSchema } from '../kernel/wire.ts';
import { insertNode, nameInUse, newNodeState } from '../nodes/index.ts';
import { enrollmentLimits, tokenState } from './policy.ts';
import { countPending, decideRequest, findRequestByKey, findTokenByDigest, insertRequest, onlyOrganization, reopenRequest } from './repository.ts';
import type { Asking, RequestRow, TokenRow } from './repository.ts';

/** What a node says of itself that nobody has approved yet. It has proved that it holds the key. */
export type Applicant = Asking & { publicKey: string; enrollmentToken: string | undefined };

/** Which of these requests are of nodes that hold a connection to the asked process open until a person has decided. */
export const waitingQuestion: Question<{ requests: string[] }, string[]> = {
  name: 'waiting-applicants',
  input: z.object({ requests: z.array(idSchema) }),
  answer: z.array(idSchema),
  withinMs: 2_000,
};

export type Admission =
  | { outcome: 'admitted'; nodeId: string; organizationId: string }
  | { outcome: 'pending'; requestId: string; organizationId: string; fingerprint: string; message: string }
  | { outcome: 'refused'; code: 'denied' | 'token' | 'limit'; message: string };

type Refused = Extract<Admission, { outcome: 'refused' }>;

/** The token that an applicant shows, if it opens; why it does not; or null for an applicant that shows none. */
export async function usableToken(deps: Deps, applicant: Applicant): Promise<TokenRow | Refused | null> {
  if (applicant.enrollmentToken === undefined) return null;
  const token = await findTokenByDigest(deps.db, deps.vault.digest(applicant.enrollmentToken));
  if (token === null) return { outcome: 'refused', code: 'token', message: 'The enrolment token is not known here.' };
  const refusal = refuseToken(token, deps.clock.now());
  return refusal === null ? token : { outcome: 'refused', code: 'token', message: refusal };
}

/** A node that shows no token: its request waits for a person. */
export async function joinWithout(deps: Deps, applicant: Applicant): Promise<Admission> {
  const organizationId = await onlyOrganization(deps.db);
  if (organizationId === null) {
    return { outcome: 'refused', code: 'token', message: 'This control plane serves several organizations: start the agent with an enrolment token, so that it knows which.' };
  }
  return performChange(deps, systemActor(organizationId, deps.ids.next(), 'enrolment'), async (change) => {
    const known = await findRequestByKey(change.tx, applicant.publicKey);
    if (known !== null && known.organizationId !== organizationId) {
      return { outcome: 'refused', code: 'token', message: 'This key asked another organization to join. Give the node a new key to join this one.' };
    }
    return ask(deps, change, organizationId, applicant, known);
  });
}

function refuseToken(token: TokenRow, now: number): string | null {
  switch (tokenState(token, now)) {
    case 'Active':
      return null;
    case 'Expired':
      return 'The enrolment token has expired.';
    case 'Revoked':
      return 'The enrolment token was revoked.';
    case 'UsedUp':
      return 'The enrolment token has no uses left.';
  }
}

/** Enters the applicant's request for a person to decide about, unless one decided against it lately. */
export async function ask(deps: Deps, change: Change, organizationId: string, applicant: Applicant, known: RequestRow | null): Promise<Admission> {
  const now = deps.clock.now();
  if (known?.state === 'Denied' && known.decidedAt !== null && now - known.decidedAt.getTime() < enrollmentLimits.deniedForMs) {
    return { outcome: 'refused', code: 'denied', message: known.reason === null ? 'An operator denied the request to join.' : `An operator denied the request to join: ${known.reason}` };
  }
  if (known === null && (await countPending(change.tx, organizationId)) >= enrollmentLimits.pendingMax) {
    return { outcome: 'refused', code: 'limit', message: `${enrollmentLimits.pendingMax} nodes wait for approval already.` };
  }
  const shown = await fingerprint(applicant.publicKey);
  const id = known?.id ?? deps.ids.next();
  const { publicKey, enrollmentToken: _, ...asking } = applicant;
  if (known === null) await insertRequest(change.tx, { ...asking, id, organizationId, publicKey, fingerprint: shown, requestedAt: now });
  else await reopenRequest(change.tx, id, asking, known.state === 'Pending' ? known.requestedAt.getTime() : now);
  if (known?.state !== 'Pending') {
    change.record({ action: 'enrollment.request', object: { kind: 'enrollmentRequest', id, name: applicant.name }, after: { fingerprint: shown, labels: applicant.labels } });
    change.publish({ topic: 'enrollment', subjectId: id, kind: 'requested' });
  }
  return { outcome: 'pending', requestId: id, organizationId, fingerprint: shown, message: 'Waiting for an operator to compare this fingerprint and approve the node.' };
}

/** Lets the applicant in, with what the token says of the nodes that show it; a use of the token is the caller's to spend. */
export async function admitByToken(deps: Deps, change: Change, organizationId: string, applicant: Applicant, known: RequestRow | null, token: TokenRow): Promise<Admission> {
  const now = deps.clock.now();
  const labels = { ...applicant.labels, ...labelsOf(token) };
  const requestId = known?.id ?? deps.ids.next();
  const shown = await fingerprint(applicant.publicKey);
  const { publicKey, enrollmentToken: _, ...asking } = applicant;
  if (known === null) await insertRequest(change.tx, { ...asking, labels, id: requestId, organizationId, publicKey, fingerprint: shown, requestedAt: now });
  const nodeId = await admit(deps, change, { ...applicant, labels, organizationId, fingerprint: shown });
  await decideRequest(change.tx, requestId, { state: 'Approved', at: now, by: `enrolment token “${token.label}”`, reason: null, nodeId, labels });
  change.record({
    action: 'enrollment.admit',
    object: { kind: 'node', id: nodeId, name: applicant.name },
    after: { fingerprint: shown, publicKey, labels, by: { kind: 'enrolment', id: token.id, label: token.label } },
  });
  change.publish({ topic: 'enrollment', subjectId: requestId, kind: 'approved' });
  return { outcome: 'admitted', nodeId, organizationId };
}

function labelsOf(token: TokenRow): Labels {
  return Object.fromEntries(Object.entries(token.labels ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Makes the node and puts it into the fleet that claims it. Within the change that records who let it in. */
export async function admit(
  deps: Deps,
  change: Change,
  admitted: { organizationId: string; name: string; publicKey: string; fingerprint: string; labels: Labels; facts: Facts; agentVersion: string; gateway: string | null },
): Promise<string> {
  const { organizationId, name, labels } = admitted;
  if (await nameInUse(change.tx, organizationId, name)) {
    throw new DomainError('NameTaken', `Another node is already called “${name}”. Rename or revoke that one first, or start this agent under another name.`);
  }
  const id = deps.ids.next();
  const now = deps.clock.now();
  await insertNode(change.tx, { ...admitted, state: newNodeState({ id, organizationId, name }, now), claimedBy: [], enrolledAt: now });
  await settleNode(deps, change, { id, organizationId, fleetId: null }, labels, { isNew: true });
  change.publish({ topic: 'node', subjectId: id, kind: 'created' });
  return id;
}

