import { emptySketch } from '@selvedge/edge-runtime/protocol';
import type { Sketch } from '@selvedge/edge-runtime/protocol';

/** Bucket 0 ends at 1 µs and bucket 2047 at twelve thousand years: what lies outside is counted in the nearest. */
const LAST_BUCKET = 2047;

/**
 * Adds latency sketches up in place: one addition for each bucket of what comes in, however much was added before, and never
 * more than 2048 buckets, whatever a node sends.
 */
export class SketchAccumulator {
  /** All that was added, while it is one sketch: of a node in an interval it seldom is more. */
  #only: Sketch | undefined;
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #sum = 0;
  #zeros = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(sketch: Sketch): void {
    if (sketch.count === 0) return;
    if (this.#count === 0 && isExact(sketch)) {
      this.#only = sketch;
      this.#count = sketch.count;
      return;
    }
    if (this.#only !== undefined) {
      const first = this.#only;
      this.#only = undefined;
      this.#count = 0;
      this.#addUp(first);
    }
    this.#addUp(sketch);
  }

  #addUp(sketch: Sketch): void {
    this.#count += sketch.count;
    this.#sum += sketch.sum;
    this.#zeros += sketch.zeros;
    if (sketch.min < this.#min) this.#min = sketch.min;
    if (sketch.max > this.#max) this.#max = sketch.max;
    for (const [index, count] of sketch.buckets) {
      const bucket = Math.max(0, Math.min(LAST_BUCKET, index));
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
    }
  }

  toSketch(): Sketch {
    if (this.#count === 0) return emptySketch();
    if (this.#only !== undefined) return this.#only;
    return {
      count: exact(this.#count),
      sum: this.#sum,
      min: this.#min,
      max: this.#max,
      zeros: exact(this.#zeros),
      buckets: Array.from(this.#buckets, ([bucket, count]): [number, number] => [bucket, exact(count)]).sort((a, b) => a[0] - b[0]),
    };
  }
}

/** Whether the sketch is as `toSketch` would give it: its buckets ascend within bounds, and all can be counted. */
function isExact({ count, zeros, buckets }: Sketch): boolean {
  let last = -1;
  for (const [bucket, amount] of buckets) {
    if (bucket <= last || bucket > LAST_BUCKET || !Number.isSafeInteger(amount)) return false;
    last = bucket;
  }
  return Number.isSafeInteger(count) && Number.isSafeInteger(zeros);
}

/** Counts stop where they would no longer be exact: only a node that lies comes there. */
function exact(count: number): number {
  return Math.min(count, Number.MAX_SAFE_INTEGER);
}
