import type { Row } from '../api.ts';
import { MOMENTS, stepAt, type Span } from './moments.ts';

/** Rows kept of each stream: the first ones and the last ones; all are counted. */
const KEPT_MAX = 500;

export interface PreviewRow {
  timestamp: number;
  row: Row;
  /** Its place among the rows of its stream, from 0. */
  index: number;
}

/** What one stream brought. */
export interface PreviewStream {
  name: string;
  attributes: readonly { name: string; type: string }[];
  /** Fed by the recording rather than by a query. */
  input: boolean;
  /** What a person or a system is told: a detection or a sink hangs on it, or nothing reads it. */
  output: boolean;
  count: number;
  /** At most a thousand: the first and the last. */
  rows: readonly PreviewRow[];
  /** Events in each of the `MOMENTS` steps of the recording's span. */
  timeline: Uint32Array;
  /** Of each attribute that is a number: its lowest and highest value in each of these steps, NaN where it had none. */
  ranges: readonly AttributeRange[];
}

export interface AttributeRange {
  name: string;
  low: Float64Array;
  high: Float64Array;
}

const NUMERIC = new Set(['int', 'long', 'float', 'double']);

/** Counts what a stream brings and keeps its first and last rows. */
export class StreamBook {
  private readonly about: Pick<PreviewStream, 'name' | 'attributes' | 'input' | 'output'>;
  private readonly span: Span;
  private readonly first: PreviewRow[] = [];
  private last: PreviewRow[] = [];
  private readonly timeline = new Uint32Array(MOMENTS);
  private readonly ranges: (AttributeRange & { place: number })[];
  private count = 0;

  constructor(about: StreamBook['about'], span: Span) {
    this.about = about;
    this.span = span;
    this.ranges = about.attributes.flatMap(({ name, type }, place) => (NUMERIC.has(type) ? [{ name, place, low: new Float64Array(MOMENTS).fill(Number.NaN), high: new Float64Array(MOMENTS).fill(Number.NaN) }] : []));
  }

  add(timestamp: number, row: Row): void {
    const index = this.count++;
    const step = stepAt(this.span, timestamp);
    this.timeline[step] = (this.timeline[step] ?? 0) + 1;
    for (const range of this.ranges) widen(range, step, row[range.place]);
    if (index < KEPT_MAX) this.first.push({ timestamp, row, index });
    else {
      this.last.push({ timestamp, row, index });
      if (this.last.length >= KEPT_MAX * 2) this.last = this.last.slice(KEPT_MAX);
    }
  }

  rows(): PreviewRow[] {
    return [...this.first, ...this.last.slice(-KEPT_MAX)];
  }

  result(): PreviewStream {
    return { ...this.about, count: this.count, rows: this.rows(), timeline: this.timeline, ranges: this.ranges.map(({ name, low, high }) => ({ name, low, high })) };
  }
}

function widen({ low, high }: AttributeRange, step: number, found: unknown): void {
  const value = typeof found === 'bigint' ? Number(found) : found;
  if (typeof value !== 'number' || Number.isNaN(value)) return;
  // A comparison with NaN is false: the first value of a step is both.
  if (!((low[step] ?? Number.NaN) <= value)) low[step] = value;
  if (!((high[step] ?? Number.NaN) >= value)) high[step] = value;
}
