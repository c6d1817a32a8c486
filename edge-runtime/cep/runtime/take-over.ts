import { CepError } from '../api.ts';
import { isCompound, isIncremental, type Stateful } from '../operators/stage.ts';
import type { StateIdentity } from '../plan/describe-state.ts';
import { BinaryReader } from './binary.ts';
import { load, undamaged, type SavedState, type Snapshot } from './snapshot.ts';
import type { StageRuntime } from './stage-runtime.ts';
import { namesOf, type StateName } from './state-names.ts';

/**
 * Gives another version of an app the state of all that is in it what it was. What is new begins at the time of the snapshot;
 * `refills` makes aggregators again whose window goes on. What goes on under the name that it had, with all that it is, follows its
 * changes from there and is put into `followed`. Answers what nothing took over, for people.
 */
export function takeOver(snapshot: Snapshot, identities: readonly StateIdentity[], stages: readonly StageRuntime[], kept: ReadonlyMap<string, Stateful>, refills: ReadonlyMap<string, () => void>, followed?: Map<string, Stateful>): string[] {
  if (snapshot.version < 2) throw new CepError('snapshot.version', 'A snapshot of version 1 does not say what its states are, and goes into an app of the same shape only.');
  return undamaged(() => {
    let lost: string[] = [];
    const give = (): void => {
      lost = fill(snapshot.states, identities, kept, refills, followed);
    };
    const [first, ...later] = stages;
    for (const [index, stage] of later.entries()) stage.takeOver(new BinaryReader(snapshot.stages[index + 1] ?? snapshot.stages[0] ?? new Uint8Array()), () => undefined);
    first?.takeOver(new BinaryReader(snapshot.stages[0] ?? new Uint8Array()), give);
    return lost;
  });
}

/** Something that looks for what was remembered before. */
interface Wanted {
  state: Stateful;
  name: StateName;
}

/** Gives operators the state that is offered under what they are, and makes aggregators again from windows. Answers what nobody took, for people. */
export function fill(states: readonly SavedState[], identities: readonly StateIdentity[], kept: ReadonlyMap<string, Stateful>, refills: ReadonlyMap<string, () => void>, followed?: Map<string, Stateful>): string[] {
  const names = namesOf(identities);
  const wanted: (Wanted & { kept: string })[] = [];
  for (const { kept: id, part } of identities) {
    const state = kept.get(id);
    if (state !== undefined && part === undefined) wanted.push({ kept: id, state, name: names(id, state) });
  }
  const found = matched(states, wanted);
  const lost: StateName[] = [];
  for (const one of wanted) {
    const offered = found.get(one);
    if (offered !== undefined) {
      lost.push(...take(one, offered));
      if (followed !== undefined && goesOn(one, offered)) followed.set(one.kept, one.state);
    } else if (one.kept.endsWith('/selection')) refills.get(one.kept.slice(0, -'/selection'.length))?.();
  }
  const taken = new Set(found.values());
  const left = states.filter((one) => one.id !== '' && !taken.has(one)).flatMap((one) => [one, ...one.parts]);
  return [...lost, ...left].flatMap(({ what }) => (what === '' ? [] : [what]));
}

/**
 * Who takes what: each the first that is the same. Of what has parts, as partitions by one key, those with the most parts in common
 * find each other, and those with none have nothing to go on with.
 */
function matched<T extends Wanted>(states: readonly SavedState[], wanted: readonly T[]): Map<T, SavedState> {
  const offered = Map.groupBy(states, (one) => one.id);
  const pairs: { one: T; state: SavedState; common: number }[] = [];
  const found = new Map<T, SavedState>();
  for (const one of wanted) {
    const same = one.name.id === '' ? [] : (offered.get(one.name.id) ?? []);
    if (isCompound(one.state)) pairs.push(...same.map((state) => ({ one, state, common: placesOf(state.parts, one.name.parts).filter((place) => place !== undefined).length })));
    else {
      const first = same.shift();
      if (first !== undefined) found.set(one, first);
    }
  }
  const taken = new Set<SavedState>();
  for (const { one, state, common } of pairs.sort((left, right) => right.common - left.common)) {
    if (common === 0 || found.has(one) || taken.has(state)) continue;
    found.set(one, state);
    taken.add(state);
  }
  return found;
}

/** Whether what is written of something from now on belongs upon what was offered, which it then is. */
function goesOn({ kept, state, name }: Wanted & { kept: string }, offered: SavedState): boolean {
  if (kept !== offered.kept || name.parts.length !== offered.parts.length || !name.parts.every(({ id }, place) => id === offered.parts[place]?.id)) return false;
  if (isIncremental(state)) state.follow();
  return true;
}

/** Loads what is the same in both; answers what is not. */
function take({ state, name: { parts } }: Wanted, found: SavedState): readonly StateName[] {
  if (!isCompound(state)) {
    load(state, found);
    return [];
  }
  const places = placesOf(found.parts, parts);
  state.takes(places);
  load(state, found);
  state.takes(undefined);
  return found.parts.filter((_, index) => places[index] === undefined);
}

/** For each part that is offered, the place of one that is the same; each is taken once. */
function placesOf(offered: readonly StateName[], wanted: readonly StateName[]): (number | undefined)[] {
  const free = new Map<string, number[]>();
  wanted.forEach(({ id }, place) => free.set(id, [...(free.get(id) ?? []), place]));
  return offered.map(({ id }) => free.get(id)?.shift());
}
