import type { BinaryWriter } from './binary.ts';

/** So much is followed of anything, besides twice what there is. */
const FOLLOWED_MIN = 10_000;

/** What of many things of one kind came or changed since they were last written, and the keys of those that went; bounded, should nobody ever ask. */
export class Touched<T> {
  private readonly max: number;
  private some: T[] = [];
  private left: unknown[] = [];
  /** It was more than is followed. */
  overflowed = false;

  /** `size`: how many there are. */
  constructor(size: number) {
    this.max = 2 * size + FOLLOWED_MIN;
  }

  /** May be told more than once. */
  add(one: T): void {
    if (this.hasRoom()) this.some.push(one);
  }

  gone(key: unknown): void {
    if (this.hasRoom()) this.left.push(key);
  }

  /** All of them went. */
  clear(): void {
    [this.some, this.left] = [[], []];
  }

  /** Of all that hold, each once. */
  each(holds: (one: T) => boolean): T[] {
    return [...new Set(this.some.filter(holds))];
  }

  saveGone(writer: BinaryWriter): void {
    writer.list(this.left);
  }

  private hasRoom(): boolean {
    if (!this.overflowed && this.some.length + this.left.length < this.max) return true;
    this.overflowed = true;
    this.clear();
    return false;
  }
}
