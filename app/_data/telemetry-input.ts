import type { Scope } from '../../server/telemetry/schema.ts';
import { rangeMs, type Range } from './ranges.ts';

export const minute = 60_000;

/** The question about a range, rounded to the minute so that server and browser ask the same one. */
export function seriesInputOf(scope: Scope, range: Range, openedAt: number): { scope: Scope; from: number; to: number } {
  const to = Math.ceil(openedAt / minute) * minute;
  return { scope, from: to - rangeMs[range], to };
}
