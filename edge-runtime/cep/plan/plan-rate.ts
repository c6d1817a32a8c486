import type { Diagnostics } from '../language/diagnostics.ts';
import type { Query } from '../language/syntax.ts';
import type { RatePlan } from './plan.ts';

/** Events or milliseconds between two outputs of a rate. */
const RATE_MAX = 1_000_000_000_000;

export function planRate(rate: NonNullable<Query['rate']>, diagnostics: Diagnostics): RatePlan | undefined {
  const { from, to, ...plan } = rate;
  const size = plan.kind === 'events' ? plan.count : plan.every;
  if (size >= 1 && size <= RATE_MAX) return plan;
  diagnostics.error('limit.rate', { from, to }, `An output rate is every 1 to ${RATE_MAX} events or milliseconds, found ${size}.`);
  return undefined;
}
