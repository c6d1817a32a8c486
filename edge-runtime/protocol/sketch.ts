import { z } from 'zod';

/** Relative error of a quantile read from a sketch: 1 %. */
const GAMMA = 1.02;
const LOG_GAMMA = Math.log(GAMMA);
const MAX_BUCKETS = 2048;

/**
 * A mergeable summary of many measurements (logarithmic buckets, after DDSketch, Masson et al., VLDB 2019).
 * Merging is addition, so a node's seconds add up to minutes and its minutes to a fleet without loss.
 */
export const sketchSchema = z.object({
  count: z.number().int().min(0),
  sum: z.number(),
  min: z.number(),
  max: z.number(),
  /** Measurements of zero or less. */
  zeros: z.number().int().min(0),
  /** Pairs of bucket index and count, ascending; bucket i holds (1.02^(i-1), 1.02^i]. */
  buckets: z.array(z.tuple([z.number().int(), z.number().int().min(1)])).max(MAX_BUCKETS),
});
export type Sketch = z.infer<typeof sketchSchema>;

/** Collects measurements; `take` hands out what was collected and starts afresh. */
export class SketchRecorder {
  #counts = new Map<number, number>();
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #zeros = 0;

  /** Adds `times` measurements of the same value; non-finite values are ignored. */
  add(value: number, times = 1): void {
    if (!Number.isFinite(value)) return;
    this.#count += times;
    this.#sum += value * times;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (value <= 0) {
      this.#zeros += times;
      return;
    }
    const index = Math.ceil(Math.log(value) / LOG_GAMMA);
    this.#counts.set(index, (this.#counts.get(index) ?? 0) + times);
  }

  take(): Sketch {
    const sketch: Sketch =
      this.#count === 0
        ? emptySketch()
        : {
            count: this.#count,
            sum: this.#sum,
            min: this.#min,
            max: this.#max,
            zeros: this.#zeros,
            buckets: collapse([...this.#counts].sort((a, b) => a[0] - b[0])),
          };
    this.#counts = new Map();
    this.#count = this.#sum = this.#zeros = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = Number.NEGATIVE_INFINITY;
    return sketch;
  }
}

export function emptySketch(): Sketch {
  return { count: 0, sum: 0, min: 0, max: 0, zeros: 0, buckets: [] };
}

/** The sketch of both sets of measurements together. */
export function mergeSketches(a: Sketch, b: Sketch): Sketch {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const counts = new Map<number, number>(a.buckets);
  for (const [index, count] of b.buckets) counts.set(index, (counts.get(index) ?? 0) + count);
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    zeros: a.zeros + b.zeros,
    buckets: collapse([...counts].sort((x, y) => x[0] - y[0])),
  };
}

/** The value below which the share `q` (0 to 1) of the measurements lies, within 1 %; undefined of an empty sketch. */
export function quantile(sketch: Sketch, q: number): number | undefined {
  if (sketch.count === 0) return undefined;
  const rank = Math.min(sketch.count - 1, Math.max(0, Math.ceil(q * sketch.count) - 1));
  if (rank < sketch.zeros) return Math.min(0, sketch.max);
  let seen = sketch.zeros;
  for (const [index, count] of sketch.buckets) {
    seen += count;
    if (rank < seen) return Math.min(sketch.max, Math.max(sketch.min, (2 * GAMMA ** index) / (GAMMA + 1)));
  }
  return sketch.max;
}

/** Past the limit the lowest buckets fold into one: the tail that people look at stays exact. */
function collapse(buckets: [number, number][]): [number, number][] {
  if (buckets.length <= MAX_BUCKETS) return buckets;
  const folded = buckets.slice(0, buckets.length - MAX_BUCKETS + 1);
  const last = folded.at(-1);
  if (last === undefined) return buckets;
  const total = folded.reduce((sum, [, count]) => sum + count, 0);
  return [[last[0], total], ...buckets.slice(folded.length)];
}
