import type { Attribute, Connector, ModelSignature, StreamView } from '../api.ts';
import type { Duration, EventKind } from '../language/syntax.ts';
import type { Cron } from '../operators/cron.ts';
import type { FunctionDefinition } from './functions.ts';
import type { SeriesSetting } from './time-series.ts';
import type { AggregatePlan, Typed } from './types.ts';

/** What an app is after its names and types are known: everything the engine needs, and nothing of the text. */
export interface AppPlan {
  name: string | undefined;
  streams: StreamPlan[];
  tables: TablePlan[];
  aggregations: AggregationPlan[];
  /** What the text defines with `define function`. */
  functions: ReadonlyMap<string, FunctionDefinition>;
  windows: NamedWindowPlan[];
  triggers: TriggerPlan[];
  /** Streams that run by the time of their own events; with one, the whole app does. */
  eventTimes: EventTimePlan[];
  partitions: PartitionPlan[];
  queries: QueryPlan[];
  sources: Connector[];
  sinks: Connector[];
  models: { reference: string; at: number }[];
}

export interface StreamPlan {
  name: string;
  kind: StreamView['kind'];
  attributes: readonly Attribute[];
  defined: boolean;
  annotations: StreamView['annotations'];
  at: number;
}

export interface WindowPlan {
  name: string;
  /** Constant arguments; undefined where an argument is an expression over the event. */
  constants: readonly unknown[];
  /** The same arguments as expressions, for those that look at the event. */
  arguments: readonly Typed[];
  /** For people: "1-hour". */
  label: string;
  /** Events leave one by one rather than a batch at a time. */
  sliding: boolean;
  /** Of a window that goes on while a condition holds. */
  condition?: WindowCondition;
  /** What a window of `unique` tells events apart by. */
  keys?: readonly Typed[];
}

export type HandlerPlan =
  | { kind: 'filter'; condition: Typed }
  /** A filter that remembers what its aggregators took in. */
  | { kind: 'aggregating-filter'; condition: Typed; aggregates: readonly AggregatePlan[] }
  | { kind: 'window'; window: WindowPlan }
  | { kind: 'extend'; name: string; arguments: readonly Typed[]; added: readonly Attribute[] }
  | { kind: 'series'; name: string; setting: SeriesSetting; arguments: readonly Typed[]; added: readonly Attribute[] }
  | { kind: 'predict'; reference: string; signature: ModelSignature; arguments: readonly Typed[] };

export interface SingleInputPlan {
  kind: 'single';
  stream: string;
  /** The stream is a named window, whose events leave as well as arrive. */
  window?: boolean;
  handlers: HandlerPlan[];
}

export type StateElementPlan =
  | { kind: 'stream'; slot: number; stream: string; condition: Typed | undefined }
  | { kind: 'absent'; slot: number; stream: string; condition: Typed | undefined; for: number | undefined }
  | { kind: 'count'; slot: number; stream: string; condition: Typed | undefined; min: number; max: number }
  | { kind: 'logical'; operator: 'and' | 'or'; left: StateElementPlan; right: StateElementPlan }
  | { kind: 'every'; element: StateElementPlan }
  | { kind: 'next'; steps: StateElementPlan[] };

export interface StateInputPlan {
  kind: 'pattern' | 'sequence';
  element: StateElementPlan;
  /** Which slots hold lists of events. */
  slots: readonly { name: string | undefined; stream: string; many: boolean }[];
  within: number | undefined;
}

/** One side of a join: a stream with its window, a table, or an aggregation. */
export interface JoinSidePlan {
  source: 'stream' | 'window' | 'table' | 'aggregation';
  name: string;
  handlers: HandlerPlan[];
  /** Its events set off the join. */
  triggers: boolean;
  /** An event without a partner is put out all the same. */
  outer: boolean;
  /** The equalities by which the other side's events find rows here; for tables. */
  lookup: TableLookup | undefined;
  /** `within … per`, as expressions over the event that looks; for aggregations. */
  range?: RangePlan;
}

/** Which part of an aggregation is asked for, and how fine. One `start` without `end` is a pattern such as `2024-01-** **:**:**`. */
export interface RangePlan {
  start: Typed;
  end: Typed | undefined;
  per: Typed;
}

/** What an aggregation keeps for each time and group, so that parts of it can be put together. */
export interface RollupColumnPlan {
  kind: 'long-sum' | 'double-sum' | 'count' | 'present' | 'min' | 'max' | 'distinct' | 'latest';
  /** Over the event `r`. */
  argument: Typed | undefined;
}

export type RollupOutput = { from: 'time' } | { from: 'group' | 'column'; index: number } | { from: 'mean'; sum: number; count: number };

/** `define aggregation`: one row for each group and second, minute, … */
export interface AggregationPlan {
  name: string;
  /** What it is read as: `AGG_TIMESTAMP`, then what is selected. */
  attributes: readonly Attribute[];
  outputs: readonly RollupOutput[];
  /** The time of an event; its own timestamp when undefined. */
  by: Typed | undefined;
  /** From the finest to the coarsest. */
  durations: readonly Duration[];
  groupBy: readonly Typed[];
  columns: readonly RollupColumnPlan[];
  /** How long rows are kept, milliseconds; undefined where nothing is ever removed. */
  purge: { every: number; retention: Readonly<Partial<Record<Duration, number>>> } | undefined;
}

export interface JoinInputPlan {
  kind: 'join';
  left: JoinSidePlan;
  right: JoinSidePlan;
  /** Over the rows `l` and `q`; absent when every pair matches. */
  condition: Typed | undefined;
}

/** A way to the rows of a table by equality: over its primary key, or over one indexed attribute. */
export interface TableLookup {
  by: 'key' | 'index';
  columns: readonly number[];
  /** What they have to be equal to, as expressions over the event that looks. */
  values: readonly Typed[];
  /** What of the condition is still to be tested on a row that was found. */
  rest: Typed | undefined;
}

export type InputPlan = SingleInputPlan | StateInputPlan | JoinInputPlan;

export interface TablePlan {
  name: string;
  attributes: readonly Attribute[];
  primaryKey: readonly number[];
  indexes: readonly number[];
}

export interface SelectionPlan {
  attributes: readonly Attribute[];
  /** What is put out, and behind it what only `order by` looks at. */
  outputs: readonly Typed[];
  /** The output is the input row unchanged. */
  identity: boolean;
  aggregates: readonly AggregatePlan[];
  groupBy: readonly Typed[];
  having: Typed | undefined;
  orderBy: readonly { column: number; descending: boolean }[];
  limit: number | undefined;
  offset: number | undefined;
}

export interface OutputPlan {
  kind: 'insert' | 'table';
  target: string;
  events: EventKind;
  /** What is done to a table; for a stream the rows go in. */
  change: TableChange | undefined;
}

/** A change of a table's rows, over the row put out (`r`) and a row of the table (`q`). */
export type TableChange =
  | { kind: 'add' }
  | { kind: 'delete' | 'update' | 'upsert'; condition: Typed | undefined; lookup: TableLookup | undefined; set: readonly { column: number; value: Typed }[] };

/** A window that has a name of its own. */
export interface NamedWindowPlan {
  name: string;
  attributes: readonly Attribute[];
  window: WindowPlan;
  /** Which events come out of it. */
  events: EventKind;
}

/** A stream whose events come with time. */
export interface TriggerPlan {
  name: string;
  at: 'start' | { every: number } | { cron: Cron; text: string };
}

/** How often a query puts out what it has; see `output … every …`. */
export type RatePlan =
  | { kind: 'events'; which: 'all' | 'first' | 'last'; count: number }
  | { kind: 'time'; which: 'all' | 'first' | 'last'; every: number }
  | { kind: 'snapshot'; every: number };

/** What an event of one stream is partitioned by: a value, or the ranges that it lies in. */
export type PartitionKeyPlan = { kind: 'value'; value: Typed } | { kind: 'ranges'; ranges: readonly { condition: Typed; label: string }[] };

/** A partition: its queries live once for every key, and so do its inner streams. */
export interface PartitionPlan {
  index: number;
  /** From `@info(name='…')`, else `partition1` … */
  name: string;
  at: number;
  keys: ReadonlyMap<string, PartitionKeyPlan>;
  /** Inner streams by name, `#` included. */
  inner: ReadonlyMap<string, StreamPlan>;
  /** Keys without an event for `idle` milliseconds are forgotten; looked after every `interval`. */
  purge: { idle: number; interval: number } | undefined;
  /** How many keys live at a time; beyond it the one without an event for longest is forgotten. */
  keysMax: number;
  /** The keys as written, with spaces evened out. */
  definition: string;
}

export interface QueryPlan {
  /** The given name, or `query1`, `query2` … */
  name: string;
  /** Whether the name was given. */
  named: boolean;
  at: number;
  input: InputPlan;
  selection: SelectionPlan;
  output: OutputPlan;
  rate: RatePlan | undefined;
  /** The index of the partition around it. */
  partition: number | undefined;
  /** How many predictions an event has passed before it gets here; each stage has its own clock. */
  stage: number;
  /** Tables in which a condition looks with `in`. */
  tablesTested: readonly string[];
  /** The text of the query with spaces evened out: what its state belongs to. */
  definition: string;
  /** The parts of it before and from `select` on. */
  texts: { input: string; select: string };
}

/** What tells whether a window goes on: a condition over the event, the window's first and last event, and aggregates. */
export interface WindowCondition {
  /** The one condition, where it is no attribute. */
  fixed: SelectionPlan | undefined;
  /** Where the condition's text stands in an event, where it is an attribute. */
  text: number | undefined;
  /** Reads a condition from an event; throws when it is none. */
  compile(text: string): SelectionPlan;
}

/** A stream whose events say themselves when they happened, and may come out of order. */
export interface EventTimePlan {
  stream: string;
  /** The attribute with the time, milliseconds since 1970. */
  column: number;
  attribute: string;
  /** How much older than the newest an event may be and is still waited for. */
  latenessMs: number;
  /** Where events go that are older still; they are counted where there is none. */
  late: string | undefined;
  /** After so long without an event the stream holds the others back no more. */
  idleMs: number;
}
