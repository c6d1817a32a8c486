import type { Attribute, AttributeType, Connector, ModelSignature, StreamView } from '../api.ts';
import type { EventKind } from '../language/syntax.ts';
import type { AggregatePlan, Typed } from './types.ts';

/** What an app is after its names and types are known: everything the engine needs, and nothing of the text. */
export interface AppPlan {
  name: string | undefined;
  streams: StreamPlan[];
  tables: TablePlan[];
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
}

export type HandlerPlan =
  | { kind: 'filter'; condition: Typed }
  | { kind: 'window'; window: WindowPlan }
  | { kind: 'extend'; name: string; arguments: readonly Typed[]; added: readonly Attribute[] }
  | { kind: 'predict'; reference: string; signature: ModelSignature; arguments: readonly Typed[] };

export interface SingleInputPlan {
  kind: 'single';
  stream: string;
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

/** One side of a join: a stream with its window, or a table. */
export interface JoinSidePlan {
  source: 'stream' | 'table';
  name: string;
  handlers: HandlerPlan[];
  /** Its events set off the join. */
  triggers: boolean;
  /** An event without a partner is put out all the same. */
  outer: boolean;
  /** The equalities by which the other side's events find rows here; for tables. */
  lookup: TableLookup | undefined;
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
  outputs: readonly Typed[];
  /** The output is the input row unchanged. */
  identity: boolean;
  aggregates: readonly AggregatePlan[];
  groupBy: readonly Typed[];
  having: Typed | undefined;
  orderBy: readonly { value: Typed; type: AttributeType; descending: boolean }[];
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

export interface QueryPlan {
  /** The given name, or `query1`, `query2` … */
  name: string;
  /** Whether the name was given. */
  named: boolean;
  at: number;
  input: InputPlan;
  selection: SelectionPlan;
  output: OutputPlan;
  /** How many predictions an event has passed before it gets here; each stage has its own clock. */
  stage: number;
  /** Tables in which a condition looks with `in`. */
  tablesTested: readonly string[];
  /** The text of the query with spaces evened out: what its state belongs to. */
  definition: string;
}
