import { CepError } from '../api.ts';
import { BinaryReader, BinaryWriter, DamagedSnapshot } from './binary.ts';
import { undamaged } from './snapshot.ts';
import { readName, writeName, type StateName } from './state-names.ts';

/**
 * "CEPI": what an increment begins with, then the version of its form. Version 1 had partitions, groups and matches whole;
 * there were no renewals before version 3; before version 4 matches were whole in them, and an
 * app remained what it was.
 */
const MAGIC = 0x43455049;
export const INCREMENT_VERSION = 4;
const [WHOLE, CHANGES] = [0, 1];
/** What an increment is besides, added up: the end of a renewal, the first of another app than made the one before. */
const [ENDS, OF_ANOTHER_APP] = [1, 2];

/** What an increment says of itself. */
export interface IncrementHead {
  /** Its place behind the snapshot, from 1. */
  ordinal: number;
  /**
   * The increment with which the renewal began that it is a part of; 0 when there is none. With the one that `ends` it, that one and
   * those behind it are a chain of their own, which needs nothing that was before.
   */
  from: number;
  ends: boolean;
  /** How many bytes of it are slices of the renewal. */
  sliceBytes: number;
}

export interface IncrementState {
  kept: string;
  /** What it is, said where a renewal begins or the app is another. */
  name: StateName | undefined;
  isWhole: boolean;
  bytes: Uint8Array;
  slices: Uint8Array[];
}

/** An increment taken apart: clocks and logs as they were, and of each state all of it or what changed. */
export interface Increment extends IncrementHead {
  shape: string;
  /** The snapshot that it was made upon. */
  base: string;
  /** The app is another than before: states that are not in it have gone, and those that are whole may be new. */
  isOfAnotherApp: boolean;
  stages: Uint8Array[];
  states: IncrementState[];
}

export function writeIncrement({ shape, base, ordinal, from, ends, isOfAnotherApp, sliceBytes, stages, states }: Increment): Uint8Array {
  const size = states.reduce((sum, { bytes, slices }) => slices.reduce((all, one) => all + one.length, sum + bytes.length), 0);
  const writer = new BinaryWriter(size + 4096);
  writer.count(MAGIC);
  writer.count(INCREMENT_VERSION);
  writer.text(shape);
  writer.text(base);
  for (const one of [ordinal, from, (ends ? ENDS : 0) + (isOfAnotherApp ? OF_ANOTHER_APP : 0), sliceBytes]) writer.count(one);
  writeBlocks(stages, writer);
  writer.count(states.length);
  for (const { kept, name, isWhole, bytes, slices } of states) {
    writer.text(kept);
    if (name !== undefined) writeName(name, writer);
    writer.count(isWhole ? WHOLE : CHANGES);
    writer.block(bytes);
    writeBlocks(slices, writer);
  }
  return writer.finish();
}

function writeBlocks(blocks: readonly Uint8Array[], writer: BinaryWriter): void {
  writer.count(blocks.length);
  for (const one of blocks) writer.block(one);
}

/** Whether bytes are an increment, and not a snapshot. */
export function isIncrement(bytes: Uint8Array): boolean {
  return undamaged(() => new BinaryReader(bytes).count() === MAGIC);
}

/** Reads no more than the beginning. Throws `snapshot.damaged` or `snapshot.version`. */
export function incrementHead(bytes: Uint8Array): IncrementHead {
  return undamaged(() => {
    const { ordinal, from, ends, sliceBytes } = readHead(new BinaryReader(bytes));
    return { ordinal, from, ends, sliceBytes };
  });
}

/** Throws `snapshot.damaged` or `snapshot.version`. */
export function readIncrement(bytes: Uint8Array): Increment {
  return undamaged(() => {
    const reader = new BinaryReader(bytes);
    const { version, ...head } = readHead(reader);
    return { ...head, stages: readBlocks(reader), states: Array.from({ length: reader.count() }, () => readState(reader, version, head.from === head.ordinal || head.isOfAnotherApp)) };
  });
}

function readHead(reader: BinaryReader): IncrementHead & Pick<Increment, 'shape' | 'base' | 'isOfAnotherApp'> & { version: number } {
  if (reader.count() !== MAGIC) throw new DamagedSnapshot('These bytes are no increment of a snapshot of the CEP engine.');
  const version = reader.count();
  if (version < 1 || version > INCREMENT_VERSION) throw new CepError('snapshot.version', `The increment has version ${version}, this engine reads versions 1 to ${INCREMENT_VERSION}.`);
  const [shape, base, ordinal] = [reader.text(), reader.text(), reader.count()];
  if (version < 3) return { version, shape, base, ordinal, from: 0, ends: false, isOfAnotherApp: false, sliceBytes: 0 };
  const [from, kind, sliceBytes] = [reader.count(), reader.count(), reader.count()];
  return { version, shape, base, ordinal, from, ends: (kind & ENDS) !== 0, isOfAnotherApp: (kind & OF_ANOTHER_APP) !== 0, sliceBytes };
}

function readState(reader: BinaryReader, version: number, isNamed: boolean): IncrementState {
  const kept = reader.text();
  const name = isNamed ? readName(reader, version) : undefined;
  return { kept, name, isWhole: reader.count() === WHOLE, bytes: reader.block(), slices: version < 3 ? [] : readBlocks(reader) };
}

function readBlocks(reader: BinaryReader): Uint8Array[] {
  return Array.from({ length: reader.count() }, () => reader.block());
}
