import type { Row } from '../api.ts';
import type { BinaryReader, BinaryWriter } from '../runtime/binary.ts';

/** An event that arrived. */
export const CURRENT = 0;
/** An event that left its window. */
export const EXPIRED = 1;
/** A batch ended: aggregators start anew. */
export const RESET = 2;

export type EventType = typeof CURRENT | typeof EXPIRED | typeof RESET;

/**
 * What an operator works on: a row, a pair of rows of a join, or the events of a pattern. Generated code knows the
 * shape; the operators between only keep it and hand it on.
 */
export type Payload = unknown;

/** The row that a payload is; one without values when it is none. */
export function rowOf(payload: Payload): Row {
  return Array.isArray(payload) ? payload : [];
}

/** One step of a query. Events come in chunks: `event` for each, then `end`. */
export interface Stage {
  event(type: EventType, timestamp: number, payload: Payload): void;
  end(): void;
  /** Ends a part of a chunk: what is ordered is ordered part by part, and counted over the whole chunk. */
  part?(): void;
  /** Takes in what the chunk at hand brought and puts out nothing of it. */
  discard?(): void;
}

/** Something that a snapshot has to hold. */
export interface Stateful {
  save(writer: BinaryWriter): void;
  load(reader: BinaryReader): void;
}

/** Something that may be large and can say what changed in it, so that not all of it has to be written again. */
export interface Incremental extends Stateful {
  /** Follows changes from now on. */
  follow(): void;
  /** Writes what changed since `follow` or the last call; false when that is not known: what was written then is of no use. */
  saveChanges(writer: BinaryWriter): boolean;
  /** Makes changes that were written, upon what was there when they were followed. */
  loadChanges(reader: BinaryReader): void;
}

/**
 * Something that may be so large that all of it is written in slices, each between two events, while it goes on changing. Slices
 * have what was there when that began, as far as it has not left; the changes that are written meanwhile have the rest.
 */
export interface Renewable extends Incremental {
  /** Begins to write all that is held now, which is what the last changes lead to. */
  renew(): void;
  /** Writes on until the writer holds so many bytes, and at least one thing; true when all is written. */
  saveSlice(writer: BinaryWriter, bytesMax: number): boolean;
  /** Takes what all slices and all changes since `renew` lead to, each in their order, in place of what is held. */
  loadSlices(slices: readonly BinaryReader[], changes: readonly BinaryReader[]): void;
}

export function isRenewable(one: Stateful): one is Renewable {
  return 'saveSlice' in one;
}

export function isIncremental(one: Stateful): one is Incremental {
  return 'saveChanges' in one;
}

/** Something with a memory of several parts, some of which another version may take over. */
export interface Compound extends Stateful {
  /** What the parts are called, in their order. */
  readonly parts: readonly string[];
  /** Of all that is loaded from now on, which part of this one each part is for; undefined for all alike. */
  takes(places: readonly (number | undefined)[] | undefined): void;
}

export function isCompound(one: Stateful): one is Compound {
  return 'takes' in one;
}

/**
 * An operator whose memory can be taken out whole and another put in, so that one operator serves every key of a
 * partition. It holds nothing of a key between two chunks but this memory.
 */
export interface Swappable extends Stateful {
  /** A memory with nothing in it. */
  fresh(): unknown;
  /** Works with this memory, made by `fresh`, from now on. */
  use(memory: unknown): void;
}

/** The memories of several operators as one. */
export function swappedTogether(operators: readonly Swappable[]): Pick<Swappable, 'fresh' | 'use'> {
  const [only] = operators;
  if (operators.length === 1 && only !== undefined) return only;
  return {
    fresh: () => operators.map((one) => one.fresh()),
    use: (memory) => operators.forEach((one, index) => one.use(Array.isArray(memory) ? memory[index] : undefined)),
  };
}

export function isSwappable(one: Stateful): one is Swappable {
  return 'fresh' in one && 'use' in one;
}

/** A window: a stage that keeps events and lets them go again, and that a join can search. */
export interface WindowStage extends Stage, Stateful {
  next: Stage;
  /** Told that a join or a question looks at all that it holds, where that makes a difference to what leaves later. */
  lookInto?(): void;
  /** The events it holds now, oldest first. */
  events(): Iterable<{ timestamp: number; payload: Payload }>;
  /** The events that wait for their batch to end, which nobody can search yet; absent where there are no such. */
  gathering?(): Iterable<{ timestamp: number; payload: Payload }>;
}
