import type { Queryable } from '../kernel/db.ts';
import type { OutboxPosition } from '../kernel/outbox.ts';

/** Whether the outbox still has everything after the position: rows are removed after a day. */
export async function isStillKept(db: Queryable, position: OutboxPosition): Promise<boolean> {
  const oldest = await db.outboxEvent.findFirst({ orderBy: [{ transactionId: 'asc' }, { id: 'asc' }], select: { transactionId: true } });
  return oldest !== null && oldest.transactionId <= position.transactionId;
}
