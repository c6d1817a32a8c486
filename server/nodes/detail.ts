import { createHash } from 'node:crypto';
import { bundleManifestSchema, canonicalJson } from '@selvedge/edge-runtime/protocol';
import type { Labels, Report } from '@selvedge/edge-runtime/protocol';
import type { z } from 'zod';
import { previewJoining, previewMembership, requireWithinReach } from '../fleets/index.ts';
import { inFleet } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Queryable } from '../kernel/db.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { reaches } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { diffOf } from './diff.ts';
import type { RunningSet } from './diff.ts';
import { findNodeAt, readFleetNamesAt } from './past.ts';
import { everyNodeAction, nodePermissions } from './policy.ts';
import { readListedNode } from './reads.ts';
import { findNode, readFacts, readReport } from './repository.ts';
import { standingOf } from './service.ts';
import type { labelsPreviewSchema, NodeDetail, timelineInput, timelineOutput } from './schema.ts';
import { multipleOwnersCondition, quarantinedCondition } from './status.ts';

/** So many of a node's former keys are shown. */
const formerKeysMax = 20;

/** The node's page: what it is, what it should run, what it says it runs, and why the two differ; now, or at a moment of the past. */
export async function readNode(db: Queryable, actor: Actor, id: string, now: number, at?: number): Promise<NodeDetail> {
  const { organizationId } = actor;
  const present = at === undefined ? await findNode(db, actor, id) : null;
  const row = at === undefined ? present : await findNodeAt(db, actor, id, at, now);
  const item = row === null ? null : await readListedNode(db, actor, id, now, at);
  if (row === null || item === null) throw notFound('node', id);
  const report = readReport(row);
  const [owners, bundles, formerKeys] = await Promise.all([readOwners(db, actor, row.claimedBy, at), readBundles(db, organizationId, [row.desiredBundle, row.reportedBundle]), readFormerKeys(db, id, at ?? now)]);
  const desired = row.desiredBundle === null ? null : (bundles.get(row.desiredBundle) ?? { bundle: row.desiredBundle, rules: [], models: [], settings: null });
  const reported: RunningSet | null =
    report === null ? null : { bundle: report.bundle ?? null, rules: report.rules, models: report.models, settings: bundles.get(report.bundle ?? '')?.settings ?? null };
  const generation = Number(row.desiredGeneration);
  const overlap = multipleOwnersCondition(owners, item.fleet, row.enrolledAt.getTime(), generation);
  return {
    ...item,
    facts: readFacts(row.facts),
    fingerprint: row.fingerprint,
    publicKey: row.publicKey,
    key: { since: row.keySince.getTime(), rotationRequestedAt: present?.keyRotationRequestedAt?.getTime() ?? null, revokedAt: row.keyRevokedAt?.getTime() ?? null },
    formerKeys,
    gateway: row.gateway,
    enrolledAt: row.enrolledAt.getTime(),
    conditions: [...(report?.conditions ?? []), ...(overlap === null ? [] : [overlap]), ...(item.quarantine === null ? [] : [quarantinedCondition(item.quarantine, generation)])],
    claimedBy: { fleets: owners, multiple: owners.length > 1 },
    desired: desired === null ? null : { generation, bundle: desired.bundle, since: row.desiredAt?.getTime() ?? null, rules: [...desired.rules], models: [...desired.models] },
    reported:
      report === null || reported === null
        ? null
        : { generation: report.observedGeneration, bundle: reported.bundle, at: row.reportedAt?.getTime() ?? row.enrolledAt.getTime(), rules: report.rules, models: report.models },
    diff: diffOf(reported, desired),
    activation: activationOf(report),
    hold: report?.hold !== undefined && report.hold.until > (at ?? now) ? report.hold : null,
    can: present !== null ? nodePermissions(inFleet(actor, present.fleetId), standingOf(present)) : everyNodeAction({ allowed: false, reason: 'This is how the node was. What stands now can be changed.' }),
  };
}

/** Keys that it had before the one that it had at that moment, the latest first. */
async function readFormerKeys(db: Queryable, nodeId: string, at: number): Promise<NodeDetail['formerKeys']> {
  const rows = await db.nodeFormerKey.findMany({ where: { nodeId, until: { lte: new Date(at) } }, orderBy: { until: 'desc' }, take: formerKeysMax });
  return rows.map(({ fingerprint, since, until, because, shownAt }) => ({ fingerprint, since: since.getTime(), until: until.getTime(), because, shownAt: shownAt?.getTime() ?? null }));
}

function activationOf(report: Report | null): NodeDetail['activation'] {
  const activation = report?.activation;
  return activation === undefined ? null : { ...activation, message: activation.message ?? null };
}

/** Those of these fleets that are in reach. */
async function readOwners(db: Queryable, reach: Reach, ids: readonly string[], at?: number): Promise<{ id: string; name: string }[]> {
  if (ids.length === 0) return [];
  if (at !== undefined) return readFleetNamesAt(db, reach.organizationId, ids.filter((id) => reaches(reach, id)), at);
  return db.fleet.findMany({ where: { organizationId: reach.organizationId, id: { in: ids.filter((id) => reaches(reach, id)) } }, select: { id: true, name: true }, orderBy: { name: 'asc' } });
}

async function readBundles(db: Queryable, organizationId: string, digests: readonly (string | null)[]): Promise<Map<string, RunningSet>> {
  const wanted = [...new Set(digests.filter((digest) => digest !== null))];
  if (wanted.length === 0) return new Map();
  const rows = await db.bundle.findMany({ where: { organizationId, digest: { in: wanted } }, select: { digest: true, manifest: true } });
  return new Map(rows.map(({ digest, manifest }) => [digest, runningSet(digest, manifest)]));
}

function runningSet(digest: string, text: string): RunningSet {
  const manifest = bundleManifestSchema.parse(JSON.parse(text));
  const named = ({ name, version }: { name: string; version: number }): { name: string; version: number } => ({ name, version });
  const settings = createHash('sha256').update(canonicalJson(manifest.settings)).digest('hex').slice(0, 12);
  return { bundle: digest, rules: manifest.rules.map(named), models: manifest.models.map(named), settings };
}

/** Where the node would belong with other labels. */
export async function previewLabels(db: Queryable, reach: Reach, id: string, labels: Labels, now: number): Promise<z.infer<typeof labelsPreviewSchema>> {
  const row = await findNode(db, reach, id);
  if (row === null) throw notFound('node', id);
  const [membership, [from]] = await Promise.all([
    previewMembership(db, reach.organizationId, row.fleetId, labels),
    readOwners(db, reach, row.fleetId === null ? [] : [row.fleetId]),
  ]);
  requireWithinReach(reach, row, membership);
  const { fleet } = membership;
  const claimedBy = membership.claimedBy.filter((claim) => reaches(reach, claim.id));
  const [joining] = fleet === null || fleet.id === row.fleetId ? [] : await previewJoining(db, reach.organizationId, new Map([[fleet.id, 1]]), now);
  return { joining: joining ?? null, from: from ?? null, to: fleet === null ? null : { id: fleet.id, name: fleet.name }, claimedBy, multiple: claimedBy.length > 1 };
}

/** What happened to a node, newest first. The cursor is the entry after which the next page continues. */
export async function readTimeline(db: Queryable, reach: Reach, input: z.infer<typeof timelineInput>): Promise<z.infer<typeof timelineOutput>> {
  if ((await findNode(db, reach, input.id)) === null) throw notFound('node', input.id);
  const where = { organizationId: reach.organizationId, nodeId: input.id, ...(input.at === undefined ? {} : { at: { lte: new Date(input.at) } }) };
  const after = input.cursor === undefined ? undefined : parsePosition(input.cursor);
  const [rows, total] = await Promise.all([
    db.nodeEvent.findMany({
      where: after === undefined ? where : { AND: [where], OR: [{ at: { lt: after.at } }, { at: after.at, id: { lt: after.id } }] },
      orderBy: [{ at: 'desc' }, { id: 'desc' }],
      take: input.limit + 1,
    }),
    db.nodeEvent.count({ where }),
  ]);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({ id: row.id, at: row.at.getTime(), tone: toneOf(row.tone), reason: row.reason, message: row.message, source: readSource(row) })),
    nextCursor: rows.length > input.limit && last !== undefined ? `${last.at.getTime()}.${last.id}` : null,
    total,
  };
}

function parsePosition(cursor: string): { at: Date; id: string } {
  const match = /^(\d{1,15})\.([\w-]{1,64})$/.exec(cursor);
  if (match?.[1] === undefined || match[2] === undefined) throw new DomainError('InvalidInput', 'The cursor is not one that this list returned.');
  return { at: new Date(Number(match[1])), id: match[2] };
}

function toneOf(tone: string): 'info' | 'positive' | 'notice' | 'critical' {
  return tone === 'positive' || tone === 'notice' || tone === 'critical' ? tone : 'info';
}

function readSource(row: { source: string; actorName: string | null }): { kind: 'node' } | { kind: 'control plane' } | { kind: 'person'; name: string } {
  if (row.source === 'node') return { kind: 'node' };
  return row.source === 'person' && row.actorName !== null ? { kind: 'person', name: row.actorName } : { kind: 'control plane' };
}
