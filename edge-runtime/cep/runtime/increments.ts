import { isIncremental, isRenewable, type Renewable, type Stateful } from '../operators/stage.ts';
import type { StateIdentity } from '../plan/describe-state.ts';
import { BinaryWriter } from './binary.ts';
import type { ChainEnd } from './chain.ts';
import { writeIncrement, type IncrementState } from './increment-form.ts';
import { Renewal } from './renewal.ts';
import { saved } from './snapshot.ts';
import type { StageRuntime } from './stage-runtime.ts';
import { namesOf } from './state-names.ts';

/** Follows the states of an engine from one snapshot on, and writes what changed since the last time. */
export class Follower {
  private readonly shape: string;
  private readonly base: string;
  private ordinal: number;
  private readonly kept: ReadonlyMap<string, Stateful>;
  private renewal: Renewal | undefined;
  /** One for all, since each would grow to its size by leaving smaller ones to the garbage collector. */
  private readonly writer = new BinaryWriter();

  /** What is held now is what a chain leads to. */
  constructor(shape: string, { base, ordinal }: ChainEnd, kept: ReadonlyMap<string, Stateful>) {
    this.shape = shape;
    this.base = base;
    this.ordinal = ordinal;
    this.kept = kept;
    for (const state of kept.values()) if (isIncremental(state)) state.follow();
  }

  /** With `identities` a renewal begins, unless one is under way. */
  write(stages: readonly StageRuntime[], identities: readonly StateIdentity[] | undefined): Uint8Array {
    const { shape, base, kept } = this;
    const ordinal = ++this.ordinal;
    const named = this.renewal === undefined && identities !== undefined ? namesOf(identities) : undefined;
    const states = [...kept].map(([id, state]) => this.writeState(id, state, named));
    if (named !== undefined) this.renewal = new Renewal(ordinal, inSlices(states, kept));
    const { from = 0, isDone: ends = false } = this.renewal ?? {};
    if (ends) this.renewal = undefined;
    const sliceBytes = states.reduce((sum, { slices }) => slices.reduce((bytes, one) => bytes + one.length, sum), 0);
    return writeIncrement({ shape, base, ordinal, from, ends, sliceBytes, stages: stages.map(saved), states });
  }

  /** Writes slices of the renewal that is under way, for the next increment; gives how many bytes, 0 when there is nothing more to write. */
  renew(bytesMax: number): number {
    return this.renewal?.write(bytesMax) ?? 0;
  }

  private writeState(kept: string, state: Stateful, named: ReturnType<typeof namesOf> | undefined): IncrementState {
    // What cannot be written in slices is renewed by being written whole.
    const changes = named === undefined || isRenewable(state) ? this.changesOf(state) : undefined;
    const slices = this.renewal?.take(kept) ?? [];
    const said = { kept, name: named?.(kept, state) };
    if (changes !== undefined) return { ...said, isWhole: false, bytes: changes, slices };
    this.renewal?.isWhole(kept);
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
