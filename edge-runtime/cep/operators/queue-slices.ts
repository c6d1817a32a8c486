import { DamagedSnapshot, type BinaryReader, type BinaryWriter } from '../runtime/binary.ts';

/** What comes and leaves in one order, as slices and changes are loaded into it. */
export interface LoadedQueue {
  readonly size: number;
  clear(): void;
  /** Lets the oldest go. */
  drop(count: number): void;
  /** Takes one more. */
  take(reader: BinaryReader): void;
  /** Takes those of a change that came. */
  takeAll(reader: BinaryReader): void;
}

/**
 * Which of the things in a queue are yet to be written in slices. They are counted from the first that ever came, so that it does
 * not matter how many leave between two slices.
 */
export class QueueSlices {
  private readonly start: number;
  private readonly end: number;
  private next: number;

  /** Of all that are in the queue now; so many have left before. */
  constructor(left: number, size: number) {
    this.start = left;
    this.next = left;
    this.end = left + size;
  }

  /** Writes where a slice begins, then things by their places in the queue; true when all are written. */
  save(left: number, writer: BinaryWriter, bytesMax: number, saveAt: (place: number) => void): boolean {
    // What came since is in the changes, though it may have left by now.
    this.next = Math.min(Math.max(this.next, left), this.end);
    writer.count(this.next - this.start);
    for (let some = false; this.next < this.end && (!some || writer.size < bytesMax); some = true) {
      writer.count(1);
      saveAt(this.next - left);
      this.next++;
    }
    writer.count(0);
    return this.next >= this.end;
  }
}

/** Fills a queue with what slices of it and changes since lead to. */
export function loadQueue(queue: LoadedQueue, slices: readonly BinaryReader[], changes: readonly BinaryReader[]): void {
  queue.clear();
  let next = 0;
  // So many that were there in the beginning are in no slice, since they had left by then; they are all older than what is here.
  let absent = 0;
  for (const reader of slices) {
    const first = reader.count();
    if (first < next) throw new DamagedSnapshot('The slices of a queue in the snapshot overlap.');
    if (first > next) {
      queue.clear();
      absent = first;
    }
    for (next = first; reader.count() === 1; next++) queue.take(reader);
  }
  for (const reader of changes) {
    const gone = reader.count();
    const missing = Math.min(gone, absent);
    absent -= missing;
    queue.drop(Math.min(queue.size, gone - missing));
    queue.takeAll(reader);
  }
}
