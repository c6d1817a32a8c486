import type { Queryable } from '../kernel/db.ts';
import { DomainError } from '../kernel/errors.ts';
import { historyKeptMs } from './jobs.ts';

/** Refuses a moment of which nothing is kept: one that is to come, before anything was recorded, or too long ago. */
export async function requireKept(db: Queryable, at: number, now: number): Promise<void> {
  if (at > now) throw new DomainError('InvalidInput', 'The moment is in the future; what stands now is read without one.');
  const [beginning] = await db.$queryRaw<{ at: Date }[]>`SELECT at FROM history_beginning`;
  const earliest = Math.max(beginning?.at.getTime() ?? now, now - historyKeptMs);
  if (at < earliest) throw new DomainError('InvalidInput', `What stood then is not kept: the earliest moment that can be read is ${new Date(earliest).toISOString()}.`);
}
