import type { Queryable, Transaction } from '../kernel/db.ts';

/** A node that goes into quarantine; `by` is null when a rollout puts it there. */
export interface NewQuarantine {
  node: string;
  by: string | null;
  because: string;
}

export async function writeQuarantines(tx: Transaction, rows: readonly NewQuarantine[], at: Date): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRaw`
    UPDATE nodes SET "quarantinedAt" = ${at}::timestamptz, "quarantinedBy" = q.by, "quarantinedBecause" = q.because
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS q(node text, by text, because text) WHERE nodes.id = q.node`;
}

/** Counts failures of nodes. A generation that was counted is not counted again. */
export async function writeFailures(tx: Transaction, rows: readonly { node: string; generation: number; failures: number }[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRaw`
    UPDATE nodes SET "failuresInARow" = f.failures, "failedGeneration" = f.generation
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS f(node text, generation bigint, failures int) WHERE nodes.id = f.node`;
}

export async function forgetFailures(tx: Transaction, nodeIds: readonly string[]): Promise<void> {
  if (nodeIds.length > 0) await tx.node.updateMany({ where: { id: { in: [...nodeIds] } }, data: { failuresInARow: 0 } });
}

export async function clearQuarantine(tx: Transaction, id: string): Promise<void> {
  await tx.node.update({ where: { id }, data: { quarantinedAt: null, quarantinedBy: null, quarantinedBecause: null, failuresInARow: 0 } });
}

/** What a fleet runs; null when nothing was deployed to it. */
export async function bundleOfFleet(tx: Transaction, fleetId: string): Promise<string | null> {
  const fleet = await tx.fleet.findUnique({ where: { id: fleetId }, select: { bundle: true } });
  return fleet?.bundle ?? null;
}

/** Nodes that a rollout put into quarantine and that have run what is desired of them, and been well, since before `before`; at most `limit`. */
export async function findRecovered(db: Queryable, before: Date, limit: number): Promise<{ id: string; organizationId: string }[]> {
  return db.$queryRaw<{ id: string; organizationId: string }[]>`
    SELECT id, "organizationId" FROM nodes
    WHERE "quarantinedAt" IS NOT NULL AND "quarantinedBy" IS NULL AND "revokedAt" IS NULL
      AND sync = 'Synced' AND health = 'Healthy' AND greatest("syncSince", "healthSince", "quarantinedAt") <= ${before}
    ORDER BY id LIMIT ${limit}`;
}
