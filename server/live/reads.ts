import type { Queryable } from '../kernel/db.ts';
import type { OutboxPosition } from '../kernel/outbox.ts';

/** Whether the outbox still has everything after the position: rows are removed after a day. */
export async function isStillKept(db: Queryable, position: OutboxPosition): Promise<boolean> {
  const oldest = await db.outboxEvent.findFirst({ orderBy: [{ transactionId: 'asc' }, { id: 'asc' }], select: { transactionId: true } });
  return oldest !== null && oldest.transactionId <= position.transactionId;
}

/** The fleet that a node is in now; null when it is in none, or there is no such node. */
export async function fleetOfNode(db: Queryable, organizationId: string, id: string): Promise<string | null> {
  return (await db.node.findFirst({ where: { organizationId, id }, select: { fleetId: true } }))?.fleetId ?? null;
}

/** The fleet that a deployment is of; null when there is no such deployment. */
export async function fleetOfDeployment(db: Queryable, organizationId: string, id: string): Promise<string | null> {
  return (await db.deployment.findFirst({ where: { organizationId, id }, select: { fleetId: true } }))?.fleetId ?? null;
}

/** The fleet that an alert is of; null when it is of the organization, or there is no such alert. */
export async function fleetOfAlert(db: Queryable, organizationId: string, id: string): Promise<string | null> {
  return (await db.alert.findFirst({ where: { organizationId, id }, select: { fleetId: true } }))?.fleetId ?? null;
}
