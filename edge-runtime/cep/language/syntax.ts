import type { AttributeType } from '../api.ts';
import type { Span } from './diagnostics.ts';

/** The tree of a SiddhiQL text. Every node knows where it stands. */

export interface Name extends Span {
  text: string;
}

/** `e1[0]`, `e1[last]`, `e1[last - 1]`: position from the start, or from the end. */
export type EventIndex = { from: 'start' | 'end'; offset: number };

/** `Stream`, `#inner`, `!fault`, with an index when it names one event of a pattern step. */
export interface StreamReference extends Span {
  name: string;
  prefix: '' | '#' | '!';
  index?: EventIndex;
}

export type Expression =
  | (Span & { kind: 'constant'; type: AttributeType; value: number | bigint | string | boolean })
  | (Span & { kind: 'attribute'; stream?: StreamReference; inner?: StreamReference; name: Name })
  | (Span & { kind: 'call'; namespace: string; name: Name; arguments: Expression[]; star: boolean })
  | (Span & { kind: 'arithmetic'; operator: '+' | '-' | '*' | '/' | '%'; left: Expression; right: Expression })
  | (Span & { kind: 'compare'; operator: '<' | '<=' | '>' | '>=' | '==' | '!='; left: Expression; right: Expression })
  | (Span & { kind: 'logic'; operator: 'and' | 'or'; left: Expression; right: Expression })
  | (Span & { kind: 'not'; operand: Expression })
  | (Span & { kind: 'in'; operand: Expression; table: Name })
  | (Span & { kind: 'is-null'; operand: Expression })
  | (Span & { kind: 'is-null-stream'; stream: StreamReference });

export type Call = Extract<Expression, { kind: 'call' }>;

export interface Annotation extends Span {
  name: string;
  elements: { key: string; value: string; at: Span }[];
  annotations: Annotation[];
}

export interface AttributeSyntax extends Span {
  name: Name;
  type: AttributeType;
}

export type EventKind = 'all' | 'current' | 'expired';

export interface StreamDefinition extends Span {
  kind: 'stream' | 'table' | 'window';
  name: Name;
  attributes: AttributeSyntax[];
  annotations: Annotation[];
  /** Of a window definition. */
  window?: Call;
  output?: EventKind;
}

export interface TriggerDefinition extends Span {
  kind: 'trigger';
  name: Name;
  annotations: Annotation[];
  at: { every: number } | { start: true } | { cron: string };
}

export interface FunctionDefinition extends Span {
  kind: 'function';
  name: Name;
  language: string;
  returns: AttributeType;
  body: string;
}

export const DURATIONS = ['sec', 'min', 'hour', 'day', 'month', 'year'] as const;
export type Duration = (typeof DURATIONS)[number];

export interface AggregationDefinition extends Span {
  kind: 'aggregation';
  name: Name;
  annotations: Annotation[];
  source: SingleInput;
  select: Selection;
  by?: Expression;
  durations: Duration[];
}

export type Definition = StreamDefinition | TriggerDefinition | FunctionDefinition | AggregationDefinition;

export type Handler =
  | (Span & { kind: 'filter'; condition: Expression })
  | (Span & { kind: 'function'; call: Call })
  | (Span & { kind: 'window'; call: Call });

export interface SingleInput extends Span {
  kind: 'single';
  source: StreamReference;
  handlers: Handler[];
  alias?: Name;
}

export interface JoinInput extends Span {
  kind: 'join';
  type: 'inner' | 'left' | 'right' | 'full';
  left: SingleInput;
  right: SingleInput;
  /** The only side whose events set off the join. */
  unidirectional?: 'left' | 'right';
  on?: Expression;
  within?: { start: Expression; end?: Expression };
  per?: Expression;
}

export interface StateStream extends Span {
  kind: 'stream';
  event?: Name;
  source: StreamReference;
  handlers: Handler[];
}
export interface StateAbsent extends Span {
  kind: 'absent';
  /** Nothing comes that could be named. */
  event?: undefined;
  source: StreamReference;
  handlers: Handler[];
  /** Milliseconds; without it only beside an `and`. */
  for?: number;
}
export type StateElement =
  | StateStream
  | StateAbsent
  | (Span & { kind: 'count'; stream: StateStream; min: number; max: number })
  | (Span & { kind: 'logical'; operator: 'and' | 'or'; left: StateStream | StateAbsent; right: StateStream | StateAbsent })
  | (Span & { kind: 'every'; element: StateElement })
  | (Span & { kind: 'next'; steps: StateElement[] });

/** No upper end of a count. */
export const COUNT_UNLIMITED = -1;

export interface StateInput extends Span {
  kind: 'pattern' | 'sequence';
  element: StateElement;
  within?: number;
}

export interface AnonymousInput extends Span {
  kind: 'anonymous';
  query: Query;
  handlers: Handler[];
}

export type QueryInput = SingleInput | JoinInput | StateInput | AnonymousInput;

export interface SelectedAttribute extends Span {
  expression: Expression;
  name: Name;
}

export interface Selection extends Span {
  /** Empty means `*`. */
  attributes: SelectedAttribute[];
  groupBy: Expression[];
  having?: Expression;
  orderBy: { attribute: Expression; descending: boolean }[];
  limit?: Expression;
  offset?: Expression;
}

export type OutputRate = Span &
  ({ kind: 'events'; which: 'all' | 'first' | 'last'; count: number } | { kind: 'time'; which: 'all' | 'first' | 'last'; every: number } | { kind: 'snapshot'; every: number });

export interface SetAssignment extends Span {
  attribute: Expression;
  value: Expression;
}

/** `unstated` where the text does not say which events: then a snapshot rate takes all of them. */
export type QueryOutput = Span &
  (
    | { kind: 'insert'; target: StreamReference; events: EventKind; unstated?: boolean }
    | { kind: 'delete'; target: StreamReference; events: EventKind; unstated?: boolean; on?: Expression }
    | { kind: 'update'; target: StreamReference; events: EventKind; unstated?: boolean; set: SetAssignment[]; on?: Expression }
    | { kind: 'upsert'; target: StreamReference; events: EventKind; unstated?: boolean; set: SetAssignment[]; on?: Expression }
    | { kind: 'return'; events: EventKind }
  );

export interface Query extends Span {
  kind: 'query';
  annotations: Annotation[];
  input: QueryInput;
  select: Selection;
  rate?: OutputRate;
  output: QueryOutput;
}

export interface Partition extends Span {
  kind: 'partition';
  annotations: Annotation[];
  keys: { stream: Name; value?: Expression; ranges?: { condition: Expression; label: string }[] }[];
  queries: Query[];
}

export interface App {
  annotations: Annotation[];
  definitions: Definition[];
  elements: (Query | Partition)[];
  /** What broken statements would have defined or made; nothing is to be said of those who use it. */
  broken: string[];
}

/** An on-demand query over a table, named window or aggregation. */
export interface OnDemandQuery extends Span {
  source?: { reference: StreamReference; alias?: Name; on?: Expression; within?: { start: Expression; end?: Expression }; per?: Expression };
  select: Selection;
  output: QueryOutput;
}
