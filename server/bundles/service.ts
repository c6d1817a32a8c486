import { canonicalJson, windowsSchema } from '@selvedge/edge-runtime/protocol';
import type { Assignment, Envelope, Labels } from '@selvedge/edge-runtime/protocol';
import type { Change } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Queryable } from '../kernel/db.ts';
import type { Deps } from '../kernel/deps.ts';
import { notFound } from '../kernel/errors.ts';
import { readLabels, setDesired } from '../nodes/index.ts';
import type { NodeRow } from '../nodes/index.ts';
import type { AssembledBundle } from './assemble.ts';
import { activeKeys, openStored, readStanding, signingKeysOf } from './keys.ts';
import { readManifest } from './reads.ts';
import { findAssignments, findBundles, findKeySets, findSignatures, insertAssignments, insertBundle } from './repository.ts';
import type { StoredAssignment, StoredSignature } from './repository.ts';
import { seal, sealAll } from './signing.ts';
import type { OpenSigningKey } from './signing.ts';

/** How long a node may take on what it is sent. To the day, so that sending again says the same. */
const dayMs = 86_400_000;
const validMs = 7 * dayMs;

async function openKeys(deps: Deps, organizationId: string): Promise<OpenSigningKey[]> {
  return (await activeKeys(deps, organizationId)).map((key) => openStored(deps, key));
}

/** A text signed by every active key of the organization. */
export async function signText(deps: Deps, organizationId: string, payload: string): Promise<Envelope> {
  return seal(payload, await openKeys(deps, organizationId));
}

/** Where the audit chain ends, signed, with the keys that did. */
export async function signCheckpoint(deps: Deps, organizationId: string, payload: string): Promise<{ checkpoint: Envelope; keys: { keyId: string; publicKey: string }[] }> {
  return { checkpoint: await signText(deps, organizationId, payload), keys: await signingKeysOf(deps, organizationId) };
}

/** Keeps a bundle so that nodes can be told of it. */
export async function storeBundle(deps: Deps, change: Change, actor: Actor, bundle: AssembledBundle): Promise<void> {
  await insertBundle(change.tx, { organizationId: actor.organizationId, digest: bundle.digest, manifest: bundle.text, createdAt: new Date(deps.clock.now()), createdBy: actor.name });
}

export interface AssignmentRequest {
  organizationId: string;
  fleetId: string;
  deploymentId: string | null;
  bundle: string;
  nodeIds: readonly string[];
}

/**
 * Tells nodes to run a bundle: a new generation for each (I1), recorded in the transaction that also publishes the event by
 * which agent-link tells them. Returns the generations; nodes that were revoked or removed meanwhile are not among them.
 */
export async function assignBundle(deps: Deps, change: Change, request: AssignmentRequest): Promise<Map<string, number>> {
  const { organizationId, fleetId, deploymentId, bundle, nodeIds } = request;
  if (nodeIds.length === 0) return new Map();
  const generations = await setDesired(deps, change, organizationId, nodeIds.map((nodeId) => ({ nodeId, bundle })), deploymentId !== null);
  const issuedAt = new Date(deps.clock.now());
  const asked = (await readManifest(change.tx, organizationId, bundle))?.labels;
  await insertAssignments(change.tx, generations.map(({ nodeId, generation, labels }) => ({ nodeId, generation: BigInt(generation), organizationId, fleetId, deploymentId, bundle, labels: asked === undefined ? null : pick(readLabels(labels), asked), issuedAt })));
  return new Map(generations.map(({ nodeId, generation }) => [nodeId, generation]));
}

/** What agent-link sends a node. */
export interface Desired {
  generation: number;
  assignment: Envelope;
  bundle: Envelope;
  /** How nodes come from keys that they trust to those that signed. */
  keySets: Envelope[];
}

/**
 * What each of these nodes is to run: its newest assignment and the bundle that names, signed by every active key of ours and by who has to beside them; null while
 * nothing was assigned. It may be taken on until `validUntil`. Nodes of one bundle share it, and its signature: what a further node costs is its own assignment's.
 */
export async function desiredFor(deps: Deps, nodeIds: readonly string[], validUntil: number = validByLink(deps.clock.now())): Promise<(Desired | null)[]> {
  const assigned = new Map((await findAssignments(deps.db, nodeIds)).map((row) => [row.nodeId, row]));
  const envelopes = new Map<string, Omit<Desired, 'generation'>>();
  for (const [organizationId, rows] of Map.groupBy(assigned.values(), (row) => row.organizationId)) {
    const keys = await openKeys(deps, organizationId);
    const { bundles, keySets } = await sealBundles(deps.db, organizationId, [...new Set(rows.map((row) => row.bundle))], keys);
    const assignments = await sealAll(rows.map((row) => canonicalJson(assignmentOf(row, validUntil))), keys);
    for (const [index, { nodeId, bundle: digest }] of rows.entries()) {
      const [assignment, bundle] = [assignments[index], bundles.get(digest)];
      if (assignment === undefined || bundle === undefined) throw notFound('bundle', digest);
      envelopes.set(nodeId, { assignment, bundle, keySets });
    }
  }
  return nodeIds.map((nodeId) => {
    const [row, sealed] = [assigned.get(nodeId), envelopes.get(nodeId)];
    return row === undefined || sealed === undefined ? null : { generation: Number(row.generation), ...sealed };
  });
}

/** Bundles as nodes are sent them, by digest, and how nodes come to the keys that signed them. */
export async function signedBundles(deps: Deps, organizationId: string, digests: readonly string[]): Promise<{ bundles: Map<string, Envelope>; keySets: Envelope[] }> {
  return sealBundles(deps.db, organizationId, digests, await openKeys(deps, organizationId));
}

async function sealBundles(db: Queryable, organizationId: string, digests: readonly string[], keys: Awaited<ReturnType<typeof openKeys>>): Promise<{ bundles: Map<string, Envelope>; keySets: Envelope[] }> {
  const { held, threshold } = await readStanding(db, organizationId);
  const signatures = threshold === 1 ? [] : (await findSignatures(db, organizationId, digests)).filter(({ keyId }) => held.some(({ id }) => id === keyId));
  const keySets = (await findKeySets(db, organizationId)).map(({ envelope }) => envelope);
  const rows = await findBundles(db, organizationId, digests);
  return { bundles: new Map(rows.map(({ digest, manifest }) => [digest, withSignatures(seal(manifest, keys), signatures.filter((one) => one.digest === digest).slice(0, threshold - 1))])), keySets };
}

/** What people signed goes along: as many as are needed, since each costs every message. */
function withSignatures({ payload, signatures }: Envelope, held: readonly StoredSignature[]): Envelope {
  return { payload, signatures: [...signatures, ...held.map(({ keyId, signature }) => ({ keyId, signature }))] };
}

function pick(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(names.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])));
}

/** Tells a node by a new generation what it was told last; not one that was told nothing, or is in no fleet. Says whether it was told. */
export async function tellAnew(deps: Deps, change: Change, { id, organizationId, fleetId, desiredBundle }: Pick<NodeRow, 'id' | 'organizationId' | 'fleetId' | 'desiredBundle'>): Promise<boolean> {
  if (desiredBundle === null || fleetId === null) return false;
  return (await assignBundle(deps, change, { organizationId, fleetId, deploymentId: null, bundle: desiredBundle, nodeIds: [id] })).size > 0;
}

/**
 * A node whose labels changed is told anew what it is to run, where its bundle takes one of those that did. Call within the change
 * that wrote them.
 */
export async function retellForLabels(deps: Deps, change: Change, node: Pick<NodeRow, 'id' | 'organizationId' | 'fleetId' | 'desiredBundle'>, before: Labels, after: Labels): Promise<void> {
  const { organizationId, desiredBundle } = node;
  if (desiredBundle === null) return;
  const asked = (await readManifest(change.tx, organizationId, desiredBundle))?.labels ?? [];
  if (asked.some((name) => before[name] !== after[name])) await tellAnew(deps, change, node);
}

function validByLink(now: number): number {
  return Math.ceil(now / dayMs) * dayMs + validMs;
}

function assignmentOf(row: StoredAssignment, validUntil: number): Assignment {
  const schedule = { download: windowsSchema.parse(row.download ?? []), activate: windowsSchema.parse(row.activate ?? []) };
  return {
    schema: 'selvedge.assignment/1',
    organization: row.organizationId,
    node: row.nodeId,
    generation: Number(row.generation),
    bundle: row.bundle,
    settings: {},
    ...(row.labels !== null && { labels: row.labels }),
    ...(schedule.download.length + schedule.activate.length > 0 && { schedule }),
    issuedAt: row.issuedAt.getTime(),
    validUntil,
  };
}
