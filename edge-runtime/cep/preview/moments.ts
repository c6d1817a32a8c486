/** Equal steps of a recording's span at which a preview can be looked at; all that it counts is counted by them. */
export const MOMENTS = 960;

/** When a recording begins and ends, milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

/** The step that a time lies in, from 0; what is due after the last event lies in the last. */
export function stepAt({ from, to }: Span, timestamp: number): number {
  return Math.min(MOMENTS - 1, Math.max(0, Math.floor(((timestamp - from) * MOMENTS) / Math.max(1, to - from))));
}

/** When the first `moment` steps are over: what came earlier than this has been. */
export function timeOf({ from, to }: Span, moment: number): number {
  return moment >= MOMENTS ? Number.POSITIVE_INFINITY : from + (moment * Math.max(1, to - from)) / MOMENTS;
}

/** The first moment at which all steps that begin before a time have been. */
export function momentAt({ from, to }: Span, time: number): number {
  const exact = ((time - from) * MOMENTS) / Math.max(1, to - from);
  // The time of a moment is that moment, whatever its last digit.
  return Math.min(MOMENTS, Math.max(0, Math.ceil(exact - 1e-6)));
}

/** How many of those that a time line counts came in its first `moment` steps. */
export function countUntil(timeline: ArrayLike<number>, moment: number): number {
  let sum = 0;
  for (let step = 0; step < Math.min(moment, timeline.length); step++) sum += timeline[step] ?? 0;
  return sum;
}
