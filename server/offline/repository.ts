import type { Queryable, Transaction } from '../kernel/db.ts';

/** The newest deployment of a node's fleet; null when there was none, or no such node in the organization. */
export async function newestDeploymentFor(db: Queryable, organizationId: string, nodeId: string): Promise<string | null> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT d.id FROM deployments d JOIN nodes n ON n."organizationId" = d."organizationId" AND n."fleetId" = d."fleetId"
    WHERE n."organizationId" = ${organizationId} AND n.id = ${nodeId} ORDER BY d.id DESC LIMIT 1`;
  return rows[0]?.id ?? null;
}

export async function writeReceiptsThrough(tx: Transaction, id: string, number: number): Promise<void> {
  await tx.node.update({ where: { id }, data: { receiptsThrough: number } });
}
