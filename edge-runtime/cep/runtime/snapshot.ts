import { CepError } from '../api.ts';
import { isIncremental, isRenewable, type Stateful } from '../operators/stage.ts';
import type { StateIdentity } from '../plan/describe-state.ts';
import { namesOf, readName, writeName, type StateName } from './state-names.ts';
import { BinaryReader, BinaryWriter, DamagedSnapshot } from './binary.ts';
import type { LogEntry, Port, StageRuntime } from './stage-runtime.ts';

/** "CEPS": what a snapshot begins with, then the version of its form. Version 1 did not say what each state is, and version 2 nothing of the parts of one. */
const MAGIC = 0x43455053;
export const SNAPSHOT_VERSION = 3;

/** One operator's state in a snapshot. */
export interface SavedState extends StateName {
  kept: string;
  /** All of it; nothing where it is in slices. */
  bytes: Uint8Array;
  slices: Uint8Array[] | undefined;
  /** What changed since, in its order. */
  changes: Uint8Array[];
}

export interface Snapshot {
  version: number;
  shape: string;
  stages: Uint8Array[];
  states: SavedState[];
}

/** Less counted from the start of an app when snapshots of version 1 were made; what does now had begun by then. */
const BEGUN = saved({ save: (writer) => writer.value(true) });

/** Everything that running on needs: clocks, logs, and each operator's state under what it is. */
export function writeSnapshot(shape: string, identities: readonly StateIdentity[], stages: readonly StageRuntime[], kept: ReadonlyMap<string, Stateful>): Uint8Array {
  const names = namesOf(identities);
  const writer = new BinaryWriter();
  writer.count(MAGIC);
  writer.count(SNAPSHOT_VERSION);
  writer.text(shape);
  writer.count(stages.length);
  for (const stage of stages) writer.block(saved(stage));
  writer.count(kept.size);
  for (const [id, state] of kept) {
    writer.text(id);
    writeName(names(id, state), writer);
    writer.block(saved(state));
  }
  return writer.finish();
}

export function saved(one: { save(writer: BinaryWriter): void }): Uint8Array {
  const part = new BinaryWriter();
  one.save(part);
  return part.finish();
}

/** Takes a snapshot apart. Throws `snapshot.damaged` or `snapshot.version`. */
export function openSnapshot(bytes: Uint8Array): Snapshot {
  return undamaged(() => {
    const reader = new BinaryReader(bytes);
    if (reader.count() !== MAGIC) throw new DamagedSnapshot('These bytes are no snapshot of the CEP engine.');
    const version = reader.count();
    if (version < 1 || version > SNAPSHOT_VERSION) throw new CepError('snapshot.version', `The snapshot has version ${version}, this engine reads versions 1 to ${SNAPSHOT_VERSION}.`);
    const shape = reader.text();
    const stages = Array.from({ length: reader.count() }, () => reader.block());
    const states = Array.from({ length: reader.count() }, (): SavedState => {
      const kept = reader.text();
      return { kept, ...readName(reader, version), bytes: reader.block(), slices: undefined, changes: [] };
    });
    return { version, shape, stages, states };
  });
}

/**
 * Whether a snapshot holds all that is kept under the names by which another version of the app would look for it today. One of
 * a former engine may not: then nothing more is put upon it, so that the next version finds what is the same in one that does.
 */
export function saysWhatItHolds({ states }: Snapshot, identities: readonly StateIdentity[], kept: ReadonlyMap<string, Stateful>): boolean {
  const names = namesOf(identities);
  const said = new Map(states.map((one) => [one.kept, one]));
  return [...kept].every(([id, state]) => {
    const name = names(id, state);
    const found = said.get(id);
    return found?.id === name.id && found.parts.length === name.parts.length && name.parts.every((one, index) => one.id === found.parts[index]?.id);
  });
}

/** Gives an app of the same shape all of its state back. */
export function restoreAll(
  snapshot: Snapshot,
  shape: string,
  stages: readonly StageRuntime[],
  kept: ReadonlyMap<string, Stateful>,
  portOf: (id: string) => Port | undefined,
  again: (entry: LogEntry) => void,
): void {
  if (snapshot.shape !== shape) throw new CepError('snapshot.mismatch', `The snapshot was made by an app of another shape (${snapshot.shape}, this one is ${shape}).`);
  undamaged(() => {
    const states = new Map(snapshot.states.map((one) => [one.kept, one]));
    // Operators first: they put their alarms back, which the clocks then stand before.
    for (const [id, state] of kept) {
      const found = states.get(id);
      if (found !== undefined) load(state, found);
      else if (snapshot.version === 1 && id.startsWith('start of ')) state.load(new BinaryReader(BEGUN));
      else throw new DamagedSnapshot(`The snapshot holds nothing for '${id}'.`);
    }
    stages.forEach((stage, index) => {
      const part = snapshot.stages[index];
      if (part !== undefined) stage.load(new BinaryReader(part), portOf, again);
    });
  });
}

/** Gives a state back. */
export function load(state: Stateful, { kept, bytes, slices, changes }: SavedState): void {
  if (slices !== undefined) {
    if (!isRenewable(state)) throw new DamagedSnapshot(`The increment holds slices of '${kept}', which is saved whole.`);
    return state.loadSlices(readersOf(slices), readersOf(changes));
  }
  state.load(new BinaryReader(bytes));
  for (const one of changes) {
    if (!isIncremental(state)) throw new DamagedSnapshot(`The increment holds changes of '${kept}', which is saved whole.`);
    state.loadChanges(new BinaryReader(one));
  }
}

function readersOf(list: readonly Uint8Array[]): BinaryReader[] {
  return list.map((one) => new BinaryReader(one));
}

/** What is wrong with bytes, told as `snapshot.damaged`. */
export function undamaged<T>(read: () => T): T {
  try {
    return read();
  } catch (failure) {
    if (failure instanceof DamagedSnapshot) throw new CepError('snapshot.damaged', failure.message);
    throw failure;
  }
}
