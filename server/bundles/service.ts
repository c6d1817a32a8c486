import { canonicalJson } from '@selvedge/edge-runtime/protocol';
import type { Assignment, Envelope } from '@selvedge/edge-runtime/protocol';
import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { notFound } from '../kernel/errors.ts';
import { setDesired } from '../nodes/index.ts';
import type { AssembledBundle } from './assemble.ts';
import { findAssignment, findBundle, findSigningKeys, insertAssignments, insertBundle, insertFirstSigningKey } from './repository.ts';
import { generateSigningKey, openSigningKey, seal } from './signing.ts';
import type { OpenSigningKey } from './signing.ts';

/** How long a node may take on what it is sent. To the day, so that sending again says the same. */
const dayMs = 86_400_000;
const validMs = 7 * dayMs;

/** The keys by which nodes of the organization know what is ours; the first is made when it is first asked for. */
export async function signingKeysOf(deps: Deps, organizationId: string): Promise<{ keyId: string; publicKey: string }[]> {
  await ensureSigningKey(deps, organizationId);
  const keys = await findSigningKeys(deps.db, organizationId);
  return keys.filter((key) => key.state === 'Active').map((key) => ({ keyId: key.id, publicKey: key.publicKey }));
}

async function ensureSigningKey(deps: Deps, organizationId: string): Promise<void> {
  if ((await findSigningKeys(deps.db, organizationId)).some((key) => key.state === 'Active')) return;
  const actor = systemActor(organizationId, deps.ids.next());
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    const id = deps.ids.next();
    const { publicKey, privateKey } = generateSigningKey();
    const isFirst = await insertFirstSigningKey(tx, {
      id,
      organizationId,
      publicKey,
      sealedKey: deps.vault.seal(privateKey, `signing-key:${id}`),
      state: 'Active',
      createdAt: new Date(deps.clock.now()),
      retiredAt: null,
    });
    if (!isFirst) return;
    record({ action: 'signingKey.create', object: { kind: 'signingKey', id, name: id }, after: { publicKey } });
    publish({ topic: 'settings', subjectId: id, kind: 'signingKey' });
  });
}

async function openKeys(deps: Deps, organizationId: string): Promise<OpenSigningKey[]> {
  await ensureSigningKey(deps, organizationId);
  const keys = await findSigningKeys(deps.db, organizationId);
  return keys.filter((key) => key.state === 'Active').map((key) => openSigningKey(key.id, deps.vault.unseal(key.sealedKey, `signing-key:${key.id}`)));
}

/** Where the audit chain ends, signed by every active key of the organization, with those keys. */
export async function signCheckpoint(deps: Deps, organizationId: string, payload: string): Promise<{ checkpoint: Envelope; keys: { keyId: string; publicKey: string }[] }> {
  return { checkpoint: seal(payload, await openKeys(deps, organizationId)), keys: await signingKeysOf(deps, organizationId) };
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
  const generations = await setDesired(deps, change, organizationId, nodeIds.map((nodeId) => ({ nodeId, bundle })));
  const issuedAt = new Date(deps.clock.now());
  await insertAssignments(change.tx, generations.map(({ nodeId, generation }) => ({ nodeId, generation: BigInt(generation), organizationId, fleetId, deploymentId, bundle, issuedAt })));
  return new Map(generations.map(({ nodeId, generation }) => [nodeId, generation]));
}

/** What agent-link sends a node: its newest assignment and the bundle that names, signed by every active key; null while nothing was assigned. */
export async function desiredFor(deps: Deps, nodeId: string): Promise<{ generation: number; assignment: Envelope; bundle: Envelope } | null> {
  const row = await findAssignment(deps.db, nodeId);
  if (row === null) return null;
  const bundle = await findBundle(deps.db, row.organizationId, row.bundle);
  if (bundle === null) throw notFound('bundle', row.bundle);
  const keys = await openKeys(deps, row.organizationId);
  const generation = Number(row.generation);
  const assignment = {
    schema: 'selvedge.assignment/1',
    organization: row.organizationId,
    node: nodeId,
    generation,
    bundle: row.bundle,
    settings: {},
    issuedAt: row.issuedAt.getTime(),
    validUntil: Math.ceil(deps.clock.now() / dayMs) * dayMs + validMs,
  } satisfies Assignment;
  return { generation, assignment: seal(canonicalJson(assignment), keys), bundle: seal(bundle.manifest, keys) };
}
