import type { DetectionDetail } from '../../../../server/detections/schema.ts';
import { numericAttributes, splitRows, tailLines, usualStep, type TailRow } from '../../../_charts/prepare/tail.ts';

type Cause = DetectionDetail['causes'][number];

export interface CauseStream {
  name: string;
  /** Oldest first. */
  rows: readonly Cause[];
  attributes: readonly string[];
  numeric: readonly string[];
  /** Those of them that a chart says something of. */
  drawn: readonly string[];
  step: number;
}

/** The events behind a detection, by stream, the stream with the latest event first. */
export function causeStreams(causes: readonly Cause[]): CauseStream[] {
  const byStream = new Map<string, Cause[]>();
  for (const cause of causes) byStream.set(cause.stream, [...(byStream.get(cause.stream) ?? []), cause]);
  return [...byStream]
    .map(([name, unsorted]) => {
      const rows = unsorted.sort((a, b) => a.at - b.at);
      const attributes = [...new Set(rows.flatMap((row) => Object.keys(row.data)))];
      const numeric = attributes.filter((attribute) => rows.some((row) => typeof row.data[attribute] === 'number'));
      const drawn = numericAttributes(attributes, tailRowsOf(rows, attributes)).map((one) => one.name);
      return { name, rows, attributes, numeric, drawn, step: usualStep(rows.map((row) => ({ at: row.at, values: [] }))) };
    })
    .sort((a, b) => (b.rows.at(-1)?.at ?? 0) - (a.rows.at(-1)?.at ?? 0));
}

/**
 * Streams that the queries which write into `made` read, before those that these were made of in turn. Where the queries say
 * nothing of it (the version is gone, or they read windows and tables alone), the stream with the latest event is in front.
 */
export function inFront(streams: readonly CauseStream[], queries: readonly { inputs: readonly string[]; output?: string | undefined }[], made: string): { front: readonly CauseStream[]; behind: readonly CauseStream[] } {
  const read = new Set(queries.filter(({ output }) => output === made).flatMap(({ inputs }) => inputs));
  const front = streams.filter(({ name }) => read.has(name));
  if (front.length === 0) return { front: streams.slice(0, 1), behind: streams.slice(1) };
  return { front, behind: streams.filter(({ name }) => !read.has(name)) };
}

/** The span that all charts of a detection share: from its first cause to a little after itself. */
export function causeWindow(detection: Pick<DetectionDetail, 'causes' | 'at'>): { from: number; to: number } {
  const first = detection.causes.reduce((at, cause) => Math.min(at, cause.at), detection.at);
  const last = detection.causes.reduce((at, cause) => Math.max(at, cause.at), detection.at);
  const span = Math.max(1000, last - first);
  return { from: first, to: last + span * 0.05 };
}

const chartPixels = 400;

/** One attribute of a stream as lines, a line for each of what its events are of. */
export function causeLines(stream: CauseStream, attribute: string) {
  const rows = tailRowsOf(stream.rows, stream.attributes);
  return tailLines({ name: attribute, index: stream.attributes.indexOf(attribute) }, rows, splitRows(stream.attributes, rows), chartPixels);
}

function tailRowsOf(rows: readonly Cause[], attributes: readonly string[]): TailRow[] {
  return rows.map((row) => ({ at: row.at, values: attributes.map((name) => row.data[name] ?? null) }));
}
