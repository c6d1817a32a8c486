import { CepError } from '../api.ts';
import { isIncremental, type Stateful } from '../operators/stage.ts';
import { BinaryReader, BinaryWriter, DamagedSnapshot } from './binary.ts';
import { fingerprint } from './fingerprint.ts';
import { openSnapshot, undamaged, type Snapshot } from './snapshot.ts';
import type { StageRuntime } from './stage-runtime.ts';

/** "CEPI": what an increment begins with, then the version of its form. Version 1 had partitions, groups and matches whole. */
const MAGIC = 0x43455049;
export const INCREMENT_VERSION = 2;
const [WHOLE, CHANGES] = [0, 1];
/** Bytes at each end of a snapshot by which it is told from others; the clock is among the first. */
const TOLD_APART_BY = 512;

/** One increment taken apart: clocks and logs as they were, and of each state all of it or what changed. */
interface Increment {
  base: string;
  ordinal: number;
  stages: Uint8Array[];
  states: { kept: string; isWhole: boolean; bytes: Uint8Array }[];
}

/** Follows the states of an engine from one snapshot on, and writes what changed since the last time. */
export class Follower {
  private readonly shape: string;
  private readonly base: string;
  private ordinal: number;
  private readonly kept: ReadonlyMap<string, Stateful>;

  /** What is held now is the snapshot and `ordinal` increments upon it. */
  constructor(shape: string, snapshot: Uint8Array, ordinal: number, kept: ReadonlyMap<string, Stateful>) {
    this.shape = shape;
    this.base = nameOf(snapshot);
    this.ordinal = ordinal;
    this.kept = kept;
    for (const state of kept.values()) if (isIncremental(state)) state.follow();
  }

  write(stages: readonly StageRuntime[]): Uint8Array {
    const writer = new BinaryWriter();
    writer.count(MAGIC);
    writer.count(INCREMENT_VERSION);
    writer.text(this.shape);
    writer.text(this.base);
    writer.count(++this.ordinal);
    writer.count(stages.length);
    for (const stage of stages) {
      const part = new BinaryWriter();
      stage.save(part);
      writer.block(part.finish());
    }
    writer.count(this.kept.size);
    for (const [id, state] of this.kept) writeState(id, state, writer);
    return writer.finish();
  }
}

function writeState(id: string, state: Stateful, writer: BinaryWriter): void {
  writer.text(id);
  let part = new BinaryWriter();
  const isChanges = isIncremental(state) && state.saveChanges(part);
  if (!isChanges) {
    part = new BinaryWriter();
    state.save(part);
    if (isIncremental(state)) state.follow();
  }
  writer.count(isChanges ? CHANGES : WHOLE);
  writer.block(part.finish());
}

/** A snapshot with the increments upon it as one, in their order. Throws `snapshot.damaged`, `snapshot.version` or `snapshot.chain`. */
export function openChain(bytes: Uint8Array, increments: readonly Uint8Array[]): Snapshot {
  const snapshot = openSnapshot(bytes);
  if (increments.length === 0) return snapshot;
  const base = nameOf(bytes);
  const states = new Map(snapshot.states.map((one) => [one.kept, one]));
  let { stages } = snapshot;
  for (const [index, one] of increments.entries()) {
    const increment = undamaged(() => read(new BinaryReader(one)));
    if (increment.base !== base) throw new CepError('snapshot.chain', `Increment ${index + 1} was made upon another snapshot.`);
    if (increment.ordinal !== index + 1) throw new CepError('snapshot.chain', `Increment ${increment.ordinal} stands where number ${index + 1} belongs.`);
    for (const { kept, isWhole, bytes: part } of increment.states) {
      const state = states.get(kept);
      if (state === undefined) throw new CepError('snapshot.damaged', `The increment holds '${kept}', which its snapshot does not.`);
      // What was written whole is all that is read of the state: what came before it is history.
      if (isWhole) states.set(kept, { ...state, bytes: part, changes: [] });
      else state.changes.push(part);
    }
    ({ stages } = increment);
  }
  return { ...snapshot, stages, states: [...states.values()] };
}

function read(reader: BinaryReader): Increment {
  if (reader.count() !== MAGIC) throw new DamagedSnapshot('These bytes are no increment of a snapshot of the CEP engine.');
  const version = reader.count();
  if (version < 1 || version > INCREMENT_VERSION) throw new CepError('snapshot.version', `The increment has version ${version}, this engine reads versions 1 to ${INCREMENT_VERSION}.`);
  // The shape is that of the snapshot.
  reader.text();
  return {
    base: reader.text(),
    ordinal: reader.count(),
    stages: Array.from({ length: reader.count() }, () => reader.block()),
    states: Array.from({ length: reader.count() }, () => ({ kept: reader.text(), isWhole: reader.count() === WHOLE, bytes: reader.block() })),
  };
}

function nameOf(snapshot: Uint8Array): string {
  const ends = [...snapshot.subarray(0, TOLD_APART_BY), ...snapshot.subarray(-TOLD_APART_BY)];
  return fingerprint(`${snapshot.length} ${String.fromCharCode(...ends)}`);
}
