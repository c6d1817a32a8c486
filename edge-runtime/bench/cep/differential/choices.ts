/**
 * Every decision of a generator, as one list of small numbers: made from a seed, or replayed. A case is shrunk by
 * shortening and lowering that list and generating again, so no generator needs to know how to shrink.
 */
export class Choices {
  /** What was chosen so far; replaying it gives the same case. */
  readonly taken: number[] = [];
  private readonly replayed: readonly number[] | undefined;
  private state: number;

  constructor(source: { seed: number } | { replay: readonly number[] }) {
    this.state = 'seed' in source ? source.seed >>> 0 : 0;
    this.replayed = 'replay' in source ? source.replay : undefined;
  }

  /** A whole number from 0 to `bound - 1`; what is simplest comes first, and is taken when a replay has run out. */
  below(bound: number): number {
    const raw = this.replayed === undefined ? this.next() : (this.replayed[this.taken.length] ?? 0);
    const value = Math.min(raw % Math.max(bound, 1), bound - 1);
    this.taken.push(value);
    return value;
  }

  /** True in `percent` of the cases; false is the simpler one. */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  pick<T>(list: readonly T[]): T {
    const chosen = list[this.below(list.length)];
    if (chosen === undefined) throw new RangeError('A choice from nothing.');
    return chosen;
  }

  /** `min` to `max` things. */
  several<T>(min: number, max: number, make: (index: number) => T): T[] {
    const count = min + this.below(max - min + 1);
    return Array.from({ length: count }, (_, index) => make(index));
  }

  /** Mulberry32: small, and the same on every machine. */
  private next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
}
