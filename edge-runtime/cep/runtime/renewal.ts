import type { Renewable } from '../operators/stage.ts';
import { BinaryWriter } from './binary.ts';

/** All that is held written anew, slice by slice, while it goes on changing. */
export class Renewal {
  /** The increment with which it began. */
  readonly from: number;
  /** What is yet to be written, or some of it. */
  private readonly left: Map<string, Renewable>;
  /** What was written since the last increment, for the next one. */
  private readonly writer = new BinaryWriter();
  private readonly slices = new Map<string, Uint8Array[]>();

  constructor(from: number, states: ReadonlyMap<string, Renewable>) {
    this.from = from;
    this.left = new Map(states);
    for (const state of states.values()) state.renew();
  }

  /** Nothing is left to be written. */
  get isDone(): boolean {
    return this.left.size === 0;
  }

  /** Writes some bytes more, and gives how many; 0 when nothing is left. */
  write(bytesMax: number): number {
    let bytes = 0;
    for (const [id, state] of this.left) {
      if (bytes >= bytesMax) break;
      const isAll = state.saveSlice(this.writer, bytesMax - bytes);
      const slice = this.writer.finish();
      bytes += slice.length;
      this.slices.set(id, [...(this.slices.get(id) ?? []), slice]);
      if (isAll) this.left.delete(id);
    }
    return bytes;
  }

  /** Slices of a state since the last increment. */
  take(id: string): Uint8Array[] {
    const slices = this.slices.get(id) ?? [];
    this.slices.delete(id);
    return slices;
  }

  /** All of it is in the next increment, or nothing: it has gone. */
  isOver(id: string): void {
    this.left.delete(id);
    this.slices.delete(id);
  }
}
