import { bundleManifestSchema } from '@selvedge/edge-runtime/protocol';
import type { BundleManifest } from '@selvedge/edge-runtime/protocol';
import type { z } from 'zod';
import { permission } from '../identity/policy.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Queryable } from '../kernel/db.ts';
import { notFound } from '../kernel/errors.ts';
import { fleetsOf } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import type { Permission } from '../kernel/wire.ts';
import { findBundle, findProposal, findSigningKeys, findThreshold } from './repository.ts';
import type { StoredSigningKey } from './repository.ts';
import type { BundleDetail, listSigningKeysOutput } from './schema.ts';

/** A bundle that nodes of a fleet report as running, and what is in it. */
export interface BundleInUse {
  fleet: { id: string; name: string };
  digest: string;
  nodes: number;
  rules: { name: string; version: number }[];
  models: { name: string; version: number }[];
}

/** What nodes report, by fleet and bundle. One grouped count, and the few manifests that it names. */
export async function bundlesInUse(db: Queryable, reach: Reach): Promise<BundleInUse[]> {
  const { organizationId } = reach;
  const fleets = fleetsOf(reach);
  const rows = await db.$queryRaw<{ fleetId: string; fleet: string; digest: string; nodes: bigint; manifest: string }[]>`
    SELECT counted."fleetId", f.name AS fleet, counted."reportedBundle" AS digest, counted.nodes, b.manifest
    FROM (SELECT "fleetId", "reportedBundle", count(*) AS nodes FROM nodes
          WHERE "organizationId" = ${organizationId} AND "revokedAt" IS NULL AND "fleetId" IS NOT NULL AND (${fleets}::text[] IS NULL OR "fleetId" = ANY(${fleets})) AND "reportedBundle" IS NOT NULL
          GROUP BY 1, 2) AS counted
    JOIN fleets f ON f.id = counted."fleetId"
    JOIN bundles b ON b."organizationId" = ${organizationId} AND b.digest = counted."reportedBundle"
    ORDER BY f.name, counted.nodes DESC`;
  return rows.map((row) => {
    const manifest = parseManifest(row.manifest);
    const named = ({ name, version }: { name: string; version: number }): { name: string; version: number } => ({ name, version });
    return { fleet: { id: row.fleetId, name: row.fleet }, digest: row.digest, nodes: Number(row.nodes), rules: manifest.rules.map(named), models: manifest.models.map(named) };
  });
}

/** On how many nodes of which fleet a version of a rule or model runs, by what nodes report; other bundles may hold the same version. */
export function versionsInUse(inUse: readonly BundleInUse[], part: 'rules' | 'models', name: string): { fleet: BundleInUse['fleet']; version: number; nodes: number }[] {
  const places = new Map<string, { fleet: BundleInUse['fleet']; version: number; nodes: number }>();
  for (const bundle of inUse) {
    for (const { version } of bundle[part].filter((entry) => entry.name === name)) {
      const key = `${bundle.fleet.id} ${version}`;
      const known = places.get(key) ?? { fleet: bundle.fleet, version, nodes: 0 };
      places.set(key, { ...known, nodes: known.nodes + bundle.nodes });
    }
  }
  return [...places.values()].sort((a, b) => (a.fleet.name < b.fleet.name ? -1 : a.fleet.name > b.fleet.name ? 1 : b.version - a.version));
}

export function parseManifest(text: string): BundleManifest {
  return bundleManifestSchema.parse(JSON.parse(text));
}

/** The manifest of a bundle of the organization, or null. */
export async function readManifest(db: Queryable, organizationId: string, digest: string): Promise<BundleManifest | null> {
  const row = await findBundle(db, organizationId, digest);
  return row === null ? null : parseManifest(row.manifest);
}

export async function readBundle(db: Queryable, reach: Reach, digest: string): Promise<BundleDetail> {
  const row = await findBundle(db, reach.organizationId, digest);
  if (row === null || !(await concernsReach(db, reach, digest))) throw notFound('bundle', digest);
  return { digest, manifest: parseManifest(row.manifest), createdAt: row.createdAt.getTime(), createdBy: row.createdBy };
}

/** Whether a fleet in reach has, or had, to do with a bundle: by what it is told, was told or reports. */
async function concernsReach(db: Queryable, reach: Reach, digest: string): Promise<boolean> {
  const fleets = fleetsOf(reach);
  if (fleets === null) return true;
  const [row] = await db.$queryRaw<{ found: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM fleets WHERE id = ANY(${fleets}) AND bundle = ${digest})
      OR EXISTS (SELECT 1 FROM deployments WHERE "fleetId" = ANY(${fleets}) AND ${digest} IN (bundle, "previousBundle"))
      OR EXISTS (SELECT 1 FROM nodes WHERE "fleetId" = ANY(${fleets}) AND ${digest} IN ("reportedBundle", "desiredBundle")) AS found`;
  return row?.found === true;
}

export async function listSigningKeys(db: Queryable, actor: Actor): Promise<z.infer<typeof listSigningKeysOutput>> {
  const keys = await findSigningKeys(db, actor.organizationId);
  const role = permission(actor, 'settings:write');
  const own = keys.filter((key) => key.state === 'Active' && key.holder === null).length;
  const retire = ({ state, holder }: StoredSigningKey): Permission => {
    if (!role.allowed) return role;
    if (state !== 'Active') return { allowed: false, reason: state === 'Retired' ? 'It is retired.' : 'Its change waits for signatures; withdraw that.' };
    return own > 1 || holder !== null ? role : { allowed: false, reason: 'It is the only key: add another first.' };
  };
  return {
    items: keys.map((key) => ({ keyId: key.id, publicKey: key.publicKey, holder: key.holder, state: key.state, createdAt: key.createdAt.getTime(), retiredAt: key.retiredAt?.getTime() ?? null, can: { retire: retire(key) } })),
    threshold: await findThreshold(db, actor.organizationId),
    changeWaits: (await findProposal(db, actor.organizationId)) !== null,
    can: { add: role },
  };
}
