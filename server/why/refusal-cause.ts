import type { NodeDetail } from '../nodes/schema.ts';
import type { Cause } from './schema.ts';
import { causeOf } from './words.ts';

/** Why a node refuses what it was told before it tries any of it, by the words of `RejectionCode` in the agent. What it runs goes on. */
const refusals = new Set(['NotTrusted', 'SignatureInvalid', 'SignaturesMissing', 'Malformed', 'WrongOrganization', 'WrongNode', 'TooFarAhead', 'DigestMismatch', 'TooLarge', 'WrongSize', 'Unreadable']);

/** What a node refused, where it reports that; null when it did not. */
export function refusalCause({ sync, activation, can }: NodeDetail): Cause | null {
  if (sync.status !== 'Failed' || activation !== null) return null;
  const evidence = { reason: sync.reason, since: sync.since };
  const again = can.retry.allowed ? ['Let it try again: it is told again.'] : [];
  if (sync.reason === 'Expired') {
    return causeOf('ClockWrong', 'critical', 'Its clock is wrong, or it was told too late', sync.message, { evidence, byItself: ['It is told again when it connects anew.', null], canDo: ['Set the clock of the machine, and let it keep time by itself.', ...again] });
  }
  if (!refusals.has(sync.reason)) return null;
  return causeOf('Refused', 'critical', 'It refused what it was told', sync.message, {
    evidence,
    byItself: ['What it runs goes on. It forgets this as soon as it is told something that it can take.', null],
    canDo: [...again, 'Where it comes again: somebody on the way may say what the control plane did not; look at the proxies, and at who holds its address.'],
  });
}
