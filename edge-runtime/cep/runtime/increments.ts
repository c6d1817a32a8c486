import { CepError } from '../api.ts';
import { isIncremental, type Stateful } from '../operators/stage.ts';
import { BinaryReader, BinaryWriter, DamagedSnapshot } from './binary.ts';
import { fingerprint } from './fingerprint.ts';
import type { StageRuntime } from './stage-runtime.ts';

/** "CEPI": what an increment begins with, then the version of its form. */
const MAGIC = 0x43455049;
export const INCREMENT_VERSION = 1;
const [WHOLE, CHANGES] = [0, 1];
/** Bytes at each end of a snapshot by which it is told from others; the clock is among the first. */
const TOLD_APART_BY = 512;

/** One increment taken apart: clocks and logs as they were, and of each state all of it or what changed. */
export interface Increment {
  shape: string;
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

/** Takes increments apart and sees that they belong to a snapshot, in their order. Throws `snapshot.damaged`, `snapshot.version` or `snapshot.chain`. */
export function openIncrements(snapshot: Uint8Array, increments: readonly Uint8Array[]): Increment[] {
  const base = increments.length === 0 ? '' : nameOf(snapshot);
  return increments.map((bytes, index) => {
    const increment = read(new BinaryReader(bytes));
    if (increment.base !== base) throw new CepError('snapshot.chain', `Increment ${index + 1} was made upon another snapshot.`);
    if (increment.ordinal !== index + 1) throw new CepError('snapshot.chain', `Increment ${increment.ordinal} stands where number ${index + 1} belongs.`);
    return increment;
  });
}

function read(reader: BinaryReader): Increment {
  if (reader.count() !== MAGIC) throw new DamagedSnapshot('These bytes are no increment of a snapshot of the CEP engine.');
  const version = reader.count();
  if (version !== INCREMENT_VERSION) throw new CepError('snapshot.version', `The increment has version ${version}, this engine reads version ${INCREMENT_VERSION}.`);
  return {
    shape: reader.text(),
    base: reader.text(),
    ordinal: reader.count(),
    stages: Array.from({ length: reader.count() }, () => reader.block()),
    states: Array.from({ length: reader.count() }, () => ({ kept: reader.text(), isWhole: reader.count() === WHOLE, bytes: reader.block() })),
  };
}

/** Puts an increment upon what is held. */
export function apply({ states }: Increment, kept: ReadonlyMap<string, Stateful>): void {
  for (const { kept: id, isWhole, bytes } of states) {
    const state = kept.get(id);
    if (state === undefined) throw new DamagedSnapshot(`The increment holds '${id}', which the app does not remember.`);
    const reader = new BinaryReader(bytes);
    if (isWhole) state.load(reader);
    else if (isIncremental(state)) state.loadChanges(reader);
    else throw new DamagedSnapshot(`The increment holds changes of '${id}', which is saved whole.`);
  }
}

function nameOf(snapshot: Uint8Array): string {
  const ends = [...snapshot.subarray(0, TOLD_APART_BY), ...snapshot.subarray(-TOLD_APART_BY)];
  return fingerprint(`${snapshot.length} ${String.fromCharCode(...ends)}`);
}
