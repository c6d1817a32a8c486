import { keySetSchema } from '@selvedge/edge-runtime/protocol';
import type { z } from 'zod';
import type { Actor } from '../kernel/actor.ts';
import type { Queryable } from '../kernel/db.ts';
import { notFound } from '../kernel/errors.ts';
import type { Reach } from '../kernel/reach.ts';
import { readStanding } from './keys.ts';
import { parseManifest } from './reads.ts';
import { bundlesInQuestion, findBundle, findBundles, findProposal, findSignatures, findSigningKeys, findThreshold } from './repository.ts';
import type { StoredProposal } from './repository.ts';
import type { listSigningRequestsOutput, signingRequestDetailSchema, SigningRequest } from './schema.ts';
import { standingOf, standingsOf, toStanding } from './signatures.ts';

/** What waits for people who hold keys: a change of the keys first, then bundles of rollouts, and of fleets that would be told anew. */
export async function listSigningRequests(db: Queryable, actor: Actor): Promise<z.infer<typeof listSigningRequestsOutput>> {
  const { organizationId } = actor;
  const [proposal, questions] = [await findProposal(db, organizationId), await bundlesInQuestion(db, organizationId)];
  const standings = await standingsOf(db, organizationId, questions.map(({ digest }) => digest));
  const missing = questions.filter(({ digest }) => (standings.get(digest)?.missing ?? 0) > 0);
  const bundles = new Map((await findBundles(db, organizationId, missing.map(({ digest }) => digest))).map((row) => [row.digest, row.manifest]));
  const items = missing.flatMap(({ digest, fleet, deployment }): SigningRequest[] => {
    const [manifest, standing] = [bundles.get(digest), standings.get(digest)];
    if (manifest === undefined || standing === undefined) return [];
    return [{ digest, kind: 'bundle', title: deployment === null ? `What ${fleet} runs` : `A deployment to ${fleet}`, deployment, says: linesOf(manifest), standing }];
  });
  return { items: [...(proposal === null ? [] : [await changeRequest(db, proposal)]), ...items.sort((a, b) => (b.deployment ?? '').localeCompare(a.deployment ?? ''))] };
}

export async function readSigningRequest(db: Queryable, actor: Actor, digest: string): Promise<z.infer<typeof signingRequestDetailSchema>> {
  const { organizationId } = actor;
  const proposal = await findProposal(db, organizationId);
  if (proposal?.digest === digest) return { ...(await changeRequest(db, proposal)), payload: proposal.payload };
  const bundle = await findBundle(db, organizationId, digest);
  if (bundle === null) throw notFound('text to sign', digest);
  const asked = (await bundlesInQuestion(db, organizationId)).find((one) => one.digest === digest);
  const standing = (await standingOf(db, organizationId, digest)) ?? { needed: 0, missing: 0, signers: [] };
  return { digest, kind: 'bundle', title: asked === undefined ? 'A bundle' : `For ${asked.fleet}`, deployment: asked?.deployment ?? null, says: linesOf(bundle.manifest), standing, payload: bundle.manifest };
}

/** Rollouts that tell nobody because signatures are missing, and whether a change of the keys waits, as far as somebody reaches. */
export async function waitingForSignatures(db: Queryable, reach: Reach, rollouts: readonly { id: string; fleet: string; state: string }[]): Promise<{ rollouts: { id: string; fleet: string; missing: number }[]; change: boolean }> {
  const { organizationId } = reach;
  const change = reach.fleets === 'all' && (await findProposal(db, organizationId)) !== null;
  const asked = rollouts.filter(({ state }) => state === 'Progressing');
  if (asked.length === 0 || (await findThreshold(db, organizationId)) === 1) return { rollouts: [], change };
  const rows = await db.deployment.findMany({ where: { organizationId, id: { in: asked.map(({ id }) => id) } }, select: { id: true, bundle: true } });
  const standings = await standingsOf(db, organizationId, rows.map(({ bundle }) => bundle));
  const missingOf = new Map(rows.map(({ id, bundle }) => [id, standings.get(bundle)?.missing ?? 0]));
  return { rollouts: asked.flatMap(({ id, fleet }) => ((missingOf.get(id) ?? 0) > 0 ? [{ id, fleet, missing: missingOf.get(id) ?? 0 }] : [])), change };
}

/** Who had to sign before has to sign it, and who will have to: whichever more are missing. */
async function changeRequest(db: Queryable, { organizationId, payload, digest, createdBy }: StoredProposal): Promise<SigningRequest> {
  const { keys, threshold = 1 } = keySetSchema.parse(JSON.parse(payload));
  const [before, all, signatures] = [await readStanding(db, organizationId), await findSigningKeys(db, organizationId), await findSignatures(db, organizationId, [digest])];
  const listed = new Set(keys.map(({ keyId }) => keyId));
  const held = all.filter(({ holder, state }) => holder !== null && state !== 'Retired');
  const standings = [toStanding(before.held, before.threshold, signatures), toStanding(held.filter(({ id }) => listed.has(id)), threshold, signatures)];
  const added = keys.filter(({ keyId }) => all.some(({ id, state }) => id === keyId && state === 'Proposed')).map(({ keyId, holder, publicKey }) => `adds the key ${publicKey} of ${holder ?? `the control plane (${keyId})`}`);
  const retired = [...before.own, ...before.held].filter(({ id }) => !listed.has(id)).map(({ id, holder }) => `retires the key of ${holder ?? `the control plane (${id})`}`);
  const number = threshold === before.threshold ? [] : [`${threshold} have to sign instead of ${before.threshold}, the control plane counting as one`];
  return {
    digest,
    kind: 'keySet',
    title: `A change of the signing keys, by ${createdBy}`,
    deployment: null,
    says: [...added, ...retired, ...number],
    standing: { needed: Math.max(...standings.map(({ needed }) => needed)), missing: Math.max(...standings.map(({ missing }) => missing)), signers: toStanding(held, 1, signatures).signers },
  };
}

function linesOf(manifest: string): string[] {
  const { rules, models, settings } = parseManifest(manifest);
  const connectors = Object.entries(settings.connectors).map(([type, options]) => `connector ${type}: ${Object.entries(options).map(([name, value]) => `${name}=${value}`).join(', ')}`);
  return [...rules.map(({ name, version, digest }) => `rule ${name} ${version} (${digest})`), ...models.map(({ name, version, digest }) => `model ${name} ${version} (${digest})`), ...connectors];
}
