import type { Attribute, Row } from './api.ts';
import type { Bound, Cause, HoldsOptions, QueryHoldings } from './held-api.ts';

/** Events of one stream in the order they happened. The arrays belong to the receiver. */
export interface StreamBatch {
  stream: string;
  timestamps: number[];
  rows: Row[];
}

/** What one step of a named query brought: rows that arrived, and rows that left its window. */
export interface QueryBatch {
  query: string;
  timestamp: number;
  arrived: { timestamp: number; row: Row }[];
  removed: { timestamp: number; row: Row }[];
}

/** Events that could not be processed, and why. The flow goes on without them. */
export interface FaultBatch {
  /** The stream whose events failed. */
  stream: string;
  query: string;
  timestamps: number[];
  rows: Row[];
  reason: string;
}

/** A batch of predictions that the host is to make. Answer with `complete(id, …)`, in any order. */
export interface ModelCall {
  id: number;
  /** The reference as written, for example `pump-anomaly@champion`. */
  model: string;
  /** One array for each input of the signature, `count` values each. */
  inputs: unknown[][];
  count: number;
}

/** Columns in the order of the signature's outputs, or why the whole call failed. */
export type ModelAnswer = { outputs: unknown[][] } | { error: string };

export interface EngineOptions {
  /** The clock at the start, milliseconds since 1970. */
  start?: number;
  /** Where `UUID()` takes its values from; without it, calling `UUID()` is an error of the engine. */
  uuid?: () => string;
  /**
   * What happens when the clock moves past several timers at once. `exact` (the default): each rings with the clock at
   * its own time, so that results depend on the events alone and not on how often the clock is moved. `jump`: the clock
   * goes to its new time first and then all that is due rings, as Siddhi does in playback; for comparing with it.
   */
  timers?: 'exact' | 'jump';
  /** Remembers what each row was made of, for `causesOf`. Off, it costs nothing; on, about as much as the events themselves. */
  provenance?: boolean;
  /** Hears each event that reaches a query, before the query works on it. With it no query is passed over by an index, so it costs speed. */
  watch?: (query: string, timestamp: number, row: Row) => void;
}

export interface OnDemandOptions {
  /** More rows than these are not answered; 100,000 when nothing is said. */
  rowsMax?: number;
  /** Refuses what would change a table. */
  readOnly?: boolean;
}

export interface SnapshotOptions {
  /** Increments are to follow upon it. */
  followed?: boolean;
}

export interface IncrementOptions {
  /** A renewal begins with it, unless one is under way: all that is held is written anew in slices, see `renew`. */
  renews?: boolean;
}

/** The answer of an on-demand query; nothing in it when the query changed a table. */
export interface OnDemandAnswer {
  attributes: Attribute[];
  rows: Row[];
}

/** Rules and definitions to take out of a running app, and a text with others to put in. A rule is a query outside partitions, or a partition. */
export interface RuleChange {
  /** By `@info(name='…')`, or the name that it got. */
  remove?: readonly string[];
  /** Streams, tables, windows, triggers, aggregations and functions, by their names, of which nothing that stays makes use. */
  undefine?: readonly string[];
  /** Queries and partitions, with what they need defined; it may use all that the app defines and may define again what is undefined. */
  add?: string;
}

export interface RuleChanged {
  /** The names of the queries that were added. */
  added: string[];
  /** What was remembered by what was taken out and is not remembered by what was put in, for people. */
  lost: string[];
}

/** A running app. Every call returns when all that it set off is done; predictions are the only thing that waits. */
export interface CepEngine {
  /** The virtual clock: the newest time of any event or `advance`. */
  readonly now: number;
  /** How many rows wait for a prediction; the host slows its sources by it. */
  readonly pending: number;
  /** A way into one stream for the fastest senders: the same as `send` without looking the name up. */
  input(stream: string): (timestamp: number, row: Row) => void;
  /** One event. An older timestamp than the clock is kept as it is and does not turn the clock back. */
  send(stream: string, timestamp: number, row: Row): void;
  /** The same as sending one after the other, and faster. */
  sendBatch(stream: string, timestamps: ArrayLike<number>, rows: readonly Row[]): void;
  /**
   * Events as one Siddhi chunk: each query sees them together, and an aggregating query answers once for the chunk
   * (once a group when grouped), as Siddhi does with an array of events.
   */
  sendChunk(stream: string, timestamps: ArrayLike<number>, rows: readonly Row[]): void;
  /** Moves the clock; what falls due on the way happens, in order. */
  advance(time: number): void;
  /** When the clock must be moved next for something to happen in time; undefined when nothing waits for it. */
  nextTimer(): number | undefined;
  /** Hears a stream; the returned function ends it. */
  onStream(name: string, callback: (batch: StreamBatch) => void): () => void;
  /** Hears one event at a time without a batch around it, for the fastest consumers. */
  onEvent(name: string, callback: (timestamp: number, row: Row) => void): () => void;
  /** Hears a query that has `@info(name='…')`, with what left its window. */
  onQuery(name: string, callback: (batch: QueryBatch) => void): () => void;
  onFault(callback: (batch: FaultBatch) => void): () => void;
  /** The events behind a row that was heard, one query back; undefined for one from outside, and without `provenance`. */
  causesOf(row: Row): Cause | undefined;
  /** Takes the predictions to be made since the last call. */
  modelCalls(): ModelCall[];
  complete(id: number, answer: ModelAnswer): void;
  /**
   * Answers an on-demand query over tables, named windows and aggregations as they are now, or changes a table by one.
   * Throws `query.failed` with every mistake of the text, `query.range`, `query.read-only`, or `limit.rows`.
   */
  query(text: string, options?: OnDemandOptions): OnDemandAnswer;
  /** What the windows and the pattern of a query hold now, of each at most `max` of the latest; for looking at. Throws `name.unknown-query`. */
  holds(query: string, max: number, options?: HoldsOptions): QueryHoldings;
  /** What is limited in this app, how full it is, and what was given up. */
  bounds(): Bound[];
  /**
   * Takes single rules and definitions out and puts others in, all of it or nothing, while the rest goes on with all that it
   * remembers. What is added begins now, a trigger `at 'start'` by ringing before this returns; one that takes the place of another in the same change keeps what is defined and fed as it was.
   * It takes milliseconds however many rules there are. Call it between events. Throws `compile.failed` with every mistake of
   * the text, or a `change.…` that says what stands in the way, and nothing has changed then.
   */
  change(change: RuleChange): RuleChanged;
  /** All state, versioned. Restoring it and going on equals never having stopped. */
  snapshot(options?: SnapshotOptions): Uint8Array;
  /**
   * What changed since the last snapshot that was `followed`, or since the last increment: of sliding windows and tables the
   * events and rows that came, changed and left, of the rest all of it; of rules that changed all that they remember.
   * Undefined where there is no such snapshot; take one then.
   */
  increment(options?: IncrementOptions): Uint8Array | undefined;
  /**
   * Writes so many bytes more of the renewal that is under way, to be in the next increment; gives how many it wrote, 0 when nothing
   * is left to be written or none is under way. The increment after that ends the renewal: with the one that began it and
   * those between, it is a chain that needs neither the snapshot nor what was before. Call it between events, as it suits.
   */
  renew(bytesMax: number): number;
  /**
   * Takes a snapshot's state, and that of increments upon it, all from the first on in their order; in place of the snapshot an
   * increment with which a renewal began that has ended. With a list of increments, be it
   * empty, the next increment goes on from there, unless a former engine made the snapshot and named states otherwise. Throws `snapshot.mismatch` when it was made by an app of another shape,
   * `snapshot.chain` when an increment does not belong there, `snapshot.version` or `snapshot.damaged`.
   */
  restore(bytes: Uint8Array, increments?: readonly Uint8Array[]): void;
  /**
   * Takes over what another version of the app remembered, by a snapshot and all increments upon it, as far as it is the same
   * here: what is defined as it was and fed by the same queries. Everything else begins at the time at which they were taken.
   * For an engine that has worked on nothing yet; events that wait for a prediction are not taken over. With a list of increments,
   * be it empty, the next increment goes on from there. Answers what of it is lost, for people: "1-hour window of Hot".
   */
  takeOver(bytes: Uint8Array, increments?: readonly Uint8Array[]): string[];
}
