import { z } from 'zod';

/** Bins of a spread double in width until they are so few. */
export const spreadBinsMax = 64;
/** Attributes whose spreads one node tells of. */
export const spreadAttributesMax = 32;

/** Bins a unit, as powers of two: from a thousandth of a value's size to ones that hold all doubles in less than `spreadBinsMax`. */
const resolutionOf = { finest: 10, coarsest: -5 } as const;
/** asinh(10 x) of the largest double lies below it. */
const unitsMax = 720;
const indexMax = unitsMax * 2 ** resolutionOf.finest;
/** More than a node that was cut off for years counts. */
const countMax = 1e12;

/**
 * How the values of one attribute were spread: a mergeable histogram whose bins are the same wherever it is taken. A value x
 * lies at asinh(10 x), which is linear near zero and logarithmic beyond, and bin i holds [i, i + 1) / 2^resolution of that. So
 * scores, signed figures and sensor readings of any size need no configuration. It begins at the finest resolution; past
 * `spreadBinsMax` bins neighbours are joined in pairs. What results depends on the values alone, not on their order or on
 * which of them were added up first.
 */
export const spreadSchema = z.object({
  resolution: z.number().int().min(resolutionOf.coarsest).max(resolutionOf.finest),
  /** Pairs of bin and count, ascending. */
  bins: z.array(z.tuple([z.number().int().min(-indexMax).max(indexMax), z.number().int().min(1).max(countMax)])).max(spreadBinsMax),
  /** Values that were not there, or are no number. */
  missing: z.number().int().min(0).max(countMax),
});
export type Spread = z.infer<typeof spreadSchema>;

/** The spread of one numeric input or output of a model. */
export const attributeSpreadSchema = spreadSchema.extend({ attribute: z.string().max(128), side: z.enum(['input', 'output']) });
export type AttributeSpread = z.infer<typeof attributeSpreadSchema>;

/** Collects values; `take` hands out what was collected and starts afresh. */
export class SpreadRecorder {
  #gathered = new Gathered();

  /** NaN counts as missing, infinities as the largest doubles. */
  add(value: number): void {
    if (Number.isNaN(value)) this.#gathered.missing += 1;
    else this.#gathered.add(Math.floor(Math.asinh(10 * value) * 2 ** resolutionOf.finest), resolutionOf.finest, 1);
  }

  take(): Spread {
    const spread = this.#gathered.toSpread();
    this.#gathered = new Gathered();
    return spread;
  }
}

/** The spread of all their values together. */
export function mergeSpreads(...spreads: readonly Spread[]): Spread {
  const gathered = new Gathered();
  for (const { bins, resolution, missing } of spreads) {
    gathered.missing += missing;
    gathered.coarsen(resolution);
    for (const [index, count] of bins) gathered.add(index, resolution, count);
  }
  return gathered.toSpread();
}

/** Both at the finest resolution that both have, so that their bins are the same. */
export function alignSpreads(one: Spread, other: Spread): [Spread, Spread] {
  const resolution = Math.min(one.resolution, other.resolution);
  return [mergeSpreads(one, { resolution, bins: [], missing: 0 }), mergeSpreads(other, { resolution, bins: [], missing: 0 })];
}

export function countOf({ bins, missing }: Spread): number {
  return bins.reduce((sum, [, count]) => sum + count, missing);
}

class Gathered {
  missing = 0;
  #resolution: number = resolutionOf.finest;
  #counts = new Map<number, number>();

  /** `resolution` is the index's own: this one's, or finer. */
  add(index: number, resolution: number, count: number): void {
    const most = unitsMax * 2 ** resolution;
    const within = Math.max(-most, Math.min(most, index));
    const bin = Math.floor(within / 2 ** (resolution - this.#resolution));
    this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + count);
    while (this.#counts.size > spreadBinsMax) this.coarsen(this.#resolution - 1);
  }

  toSpread(): Spread {
    return { resolution: this.#resolution, bins: [...this.#counts].sort((a, b) => a[0] - b[0]), missing: this.missing };
  }

  /** To at most this resolution. */
  coarsen(resolution: number): void {
    if (resolution >= this.#resolution) return;
    const width = 2 ** (this.#resolution - resolution);
    const counts = new Map<number, number>();
    for (const [index, count] of this.#counts) {
      const bin = Math.floor(index / width);
      counts.set(bin, (counts.get(bin) ?? 0) + count);
    }
    this.#counts = counts;
    this.#resolution = resolution;
  }
}
