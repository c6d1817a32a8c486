import { CepError } from '../api.ts';
import { fingerprint } from './fingerprint.ts';
import { isIncrement, readIncrement, type Increment } from './increment-form.ts';
import { openSnapshot, SNAPSHOT_VERSION, type SavedState, type Snapshot } from './snapshot.ts';

/** Bytes at each end of a snapshot by which it is told from others; the clock is among the first. */
const TOLD_APART_BY = 512;
const UNNAMED = { id: '', what: '', parts: [] };

/** Which increment comes next upon a chain: its snapshot's name, and the last increment that was made upon that. */
export interface ChainEnd {
  base: string;
  ordinal: number;
}

/** The chain that a snapshot begins. */
export function endOf(snapshot: Uint8Array): ChainEnd {
  const ends = [...snapshot.subarray(0, TOLD_APART_BY), ...snapshot.subarray(-TOLD_APART_BY)];
  return { base: fingerprint(`${snapshot.length} ${String.fromCharCode(...ends)}`), ordinal: 0 };
}

/**
 * A snapshot with the increments upon it as one, in their order; or an increment with which a renewal begins and those behind it, up
 * to the one that ends it at least. Throws `snapshot.damaged`, `snapshot.version` or `snapshot.chain`.
 */
export function openChain(bytes: Uint8Array, increments: readonly Uint8Array[]): { snapshot: Snapshot; end: ChainEnd } {
  const { snapshot, end, renewal, isWhole } = isIncrement(bytes) ? openRenewal(readIncrement(bytes)) : { snapshot: openSnapshot(bytes), end: endOf(bytes), renewal: 0, isWhole: true };
  let states: ReadonlyMap<string, SavedState> = new Map(snapshot.states.map((one) => [one.kept, one]));
  let [{ stages, shape }, { ordinal }, isComplete] = [snapshot, end, isWhole];
  for (const one of increments) {
    const increment = readIncrement(one);
    ordinal++;
    if (increment.base !== end.base) throw new CepError('snapshot.chain', `Increment ${ordinal} was made upon another snapshot.`);
    if (increment.ordinal !== ordinal) throw new CepError('snapshot.chain', `Increment ${increment.ordinal} stands where number ${ordinal} belongs.`);
    const isRenewing = renewal > 0 && increment.from === renewal;
    isComplete ||= isRenewing && increment.ends;
    states = stateAfter(increment, states, isRenewing);
    ({ stages, shape } = increment);
  }
  if (!isComplete) throw new CepError('snapshot.chain', `The renewal that begins with increment ${renewal} does not end with number ${ordinal}.`);
  return { snapshot: { ...snapshot, stages, shape, states: [...states.values()] }, end: { base: end.base, ordinal } };
}

/** What the chain holds after one more increment. Slices of a renewal that began later are no part of it. */
function stateAfter({ states, isOfAnotherApp }: Increment, before: ReadonlyMap<string, SavedState>, isRenewing: boolean): Map<string, SavedState> {
  const after = new Map(isOfAnotherApp ? [] : before);
  for (const { kept, name, isWhole, bytes, slices } of states) {
    const state = before.get(kept);
    // What was written whole is all that is read of the state: what came before it is history.
    if (isWhole && (state !== undefined || isOfAnotherApp)) after.set(kept, { ...UNNAMED, ...state, ...name, kept, bytes, slices: undefined, changes: [] });
    else if (state === undefined) throw new CepError('snapshot.damaged', `The increment holds '${kept}', which its snapshot does not.`);
    else {
      if (isRenewing) state.slices?.push(...slices);
      state.changes.push(bytes);
      if (isOfAnotherApp) after.set(kept, { ...state, ...name });
    }
  }
  return after;
}

/** A renewal's first increment as a snapshot: what it does not have whole is to come in slices. */
function openRenewal({ shape, base, ordinal, from, ends, stages, states }: Increment): { snapshot: Snapshot; end: ChainEnd; renewal: number; isWhole: boolean } {
  if (from !== ordinal) throw new CepError('snapshot.chain', `Increment ${ordinal} stands where a snapshot belongs, or an increment with which a renewal begins.`);
  const begun = states.map(({ kept, name = UNNAMED, isWhole, bytes }): SavedState => ({ kept, ...name, bytes: isWhole ? bytes : new Uint8Array(), slices: isWhole ? undefined : [], changes: [] }));
  return { snapshot: { version: SNAPSHOT_VERSION, shape, stages, states: begun }, end: { base, ordinal }, renewal: from, isWhole: ends };
}
