import { countUntil, MOMENTS, timeOf, type PreviewResult } from '@selvedge/edge-runtime/cep/preview';
import type { ShownStop } from '../../../_editor/preview-protocol.ts';

/** A moment of a previewed recording at which everything is shown as it was then. */
export interface Standing {
  /** What came before this is there, milliseconds since 1970. */
  until: number;
  /** Events of every stream and query by then, as the graph names them. */
  counts: ReadonlyMap<string, number>;
  /** Somebody moved the slider there. */
  chosen: boolean;
}

/** Where the slider is, or, with none, where a run stopped; else the end. */
export function standingAt(result: PreviewResult, moment: number | null, stop: ShownStop | null): Standing {
  if (moment === null && stop !== null) {
    const { streams, queries } = stop.counts;
    // The event at the stop is there; times are whole milliseconds.
    return { until: stop.at + 0.5, counts: new Map([...streams.map(([name, count]) => [`stream ${name}`, count] as const), ...queries.map(([name, count]) => [`query ${name}`, count] as const)]), chosen: false };
  }
  const at = moment ?? MOMENTS;
  const streams = result.streams.map((one) => [`stream ${one.name}`, countUntil(one.timeline, at)] as const);
  return { until: timeOf(result, at), counts: new Map([...streams, ...result.queries.map((one) => [`query ${one.name}`, countUntil(one.timeline, at)] as const)]), chosen: moment !== null };
}
