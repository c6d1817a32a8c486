import type { Transaction } from './db.ts';

/**
 * Waits until nobody else changes this of an organization, and keeps others waiting until the transaction ends: for what is first looked at and then
 * written, as whether a name is free or a limit reached. `what` is a word for it, the same wherever it is changed.
 */
export async function oneAtATime(tx: Transaction, organizationId: string, what: 'membership' | 'node names' | 'notifications' | 'repositories'): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${what}:${organizationId}`}, 0))`;
}
