import type { Match } from './match.ts';

/** What all steps of one pattern share. */
export interface StepSetting {
  sequence: boolean;
  slots: number;
  /** `within` in milliseconds, if there is one, and the slots of the steps that it counts from. */
  within: number | undefined;
  starts: number[];
}

/** Whether `within` is over for a match at `time`: one of its beginnings lies too far behind, or ahead. */
export function isOver(match: Match, time: number, { within, starts }: StepSetting): boolean {
  if (within === undefined) return false;
  for (const slot of starts) {
    const start = match.first(slot);
    if (start !== null && Math.abs(start.t - time) > within) return true;
  }
  return false;
}

/** The earliest and the latest beginning of a match; both infinite when it has none. */
export function beginningsOf(match: Match, { starts }: StepSetting): { first: number; last: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const slot of starts) {
    const start = match.first(slot);
    if (start === null) continue;
    first = Math.min(first, start.t);
    last = Math.max(last, start.t);
  }
  return { first, last };
}
