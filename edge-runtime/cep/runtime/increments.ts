import type { CompiledApp } from '../analyze.ts';
import { isIncremental, isRenewable, type Renewable, type Stateful } from '../operators/stage.ts';
import { BinaryWriter } from './binary.ts';
import type { ChainEnd } from './chain.ts';
import { writeIncrement, type IncrementState } from './increment-form.ts';
import { Renewal } from './renewal.ts';
import { saved } from './snapshot.ts';
import type { StageRuntime } from './stage-runtime.ts';
import { namesOf } from './state-names.ts';

/** What an increment has to know of the app. */
export type FollowedApp = Pick<CompiledApp, 'shape' | 'states'>;

/** Follows the states of an engine from one snapshot on, and writes what changed since the last time. */
export class Follower {
  private readonly base: string;
  private ordinal: number;
  private shape: string;
  private readonly kept: ReadonlyMap<string, Stateful>;
  /** Of which states the chain knows what they were when they were last written. */
  private readonly followed: Map<string, Stateful>;
  /** The chain was made by another app, or by this one before rules of it changed. */
  private isOfAnotherApp = false;
  private renewal: Renewal | undefined;
  /** One for all, since each would grow to its size by leaving smaller ones to the garbage collector. */
  private readonly writer = new BinaryWriter();

  /** What is held now is what a chain leads to, be it all or what `followed` has, which follows its changes already. */
  constructor(shape: string, { base, ordinal }: ChainEnd, kept: ReadonlyMap<string, Stateful>, followed?: Map<string, Stateful>) {
    this.shape = shape;
    this.base = base;
    this.ordinal = ordinal;
    this.kept = kept;
    this.followed = followed ?? new Map(kept);
    if (followed === undefined) for (const state of kept.values()) if (isIncremental(state)) state.follow();
  }

  /** From the next increment on the app is another. */
  changed(): void {
    this.isOfAnotherApp = true;
    for (const [id, state] of this.followed) {
      if (this.kept.get(id) === state) continue;
      this.followed.delete(id);
      this.renewal?.isOver(id);
    }
  }

  /** With `renews` a renewal begins, unless one is under way. */
  write(stages: readonly StageRuntime[], renews: boolean, app: () => FollowedApp): Uint8Array {
    const { base, kept, isOfAnotherApp } = this;
    const ordinal = ++this.ordinal;
    const begins = renews && this.renewal === undefined;
    let names: ReturnType<typeof namesOf> | undefined;
    if (begins || isOfAnotherApp) {
      const { shape, states } = app();
      this.shape = shape;
      names = namesOf(states);
    }
    const states = [...kept].map(([id, state]) => this.writeState(id, state, names, begins));
    if (begins) this.renewal = new Renewal(ordinal, inSlices(states, kept));
    const { from = 0, isDone: ends = false } = this.renewal ?? {};
    if (ends) this.renewal = undefined;
    this.isOfAnotherApp = false;
    const sliceBytes = states.reduce((sum, { slices }) => slices.reduce((bytes, one) => bytes + one.length, sum), 0);
    return writeIncrement({ shape: this.shape, base, ordinal, from, ends, isOfAnotherApp, sliceBytes, stages: stages.map(saved), states });
  }

  /** Writes slices of the renewal that is under way, for the next increment; gives how many bytes, 0 when there is nothing more to write. */
  renew(bytesMax: number): number {
    return this.renewal?.write(bytesMax) ?? 0;
  }

  private writeState(kept: string, state: Stateful, names: ReturnType<typeof namesOf> | undefined, begins: boolean): IncrementState {
    // What cannot be written in slices is renewed by being written whole.
    const changes = this.followed.get(kept) === state && (!begins || isRenewable(state)) ? this.changesOf(state) : undefined;
    const said = { kept, name: names?.(kept, state) };
    if (changes !== undefined) return { ...said, isWhole: false, bytes: changes, slices: this.renewal?.take(kept) ?? [] };
    this.renewal?.isOver(kept);
    this.followed.set(kept, state);
    const bytes = saved(state);
    if (isIncremental(state)) state.follow();
    return { ...said, isWhole: true, bytes, slices: [] };
  }

  /** What changed in a state; undefined where it does not know. */
  private changesOf(state: Stateful): Uint8Array | undefined {
    const isKnown = isIncremental(state) && state.saveChanges(this.writer);
    const changes = this.writer.finish();
    return isKnown ? changes : undefined;
  }
}

/** The states of which an increment has no more than what changed. */
function inSlices(states: readonly IncrementState[], kept: ReadonlyMap<string, Stateful>): Map<string, Renewable> {
  const renewed = new Map<string, Renewable>();
  for (const { kept: id, isWhole } of states) {
    const state = kept.get(id);
    if (!isWhole && state !== undefined && isRenewable(state)) renewed.set(id, state);
  }
  return renewed;
}
