/**
 * What the rest of the product sees of the CEP engine: here what a text is, in `engine-api.ts` what runs of it.
 *
 * The engine is pure: it reads no clock, sets no timer, opens nothing and draws no random number. Time arrives
 * with events and through `advance`; so the same rule gives the same answer on a node, on the server and in a
 * browser's worker.
 */

/** SiddhiQL's attribute types. */
export type AttributeType = 'int' | 'long' | 'float' | 'double' | 'bool' | 'string' | 'object';

export interface Attribute {
  name: string;
  type: AttributeType;
}

/**
 * One event's values in the order of its definition. A `long` is a number while it is a safe integer and a bigint
 * beyond that; a `float` is rounded to single precision; a missing value is `null`. Rows are never changed after
 * they were handed over, by either side.
 */
export type Row = readonly unknown[];

/** Something wrong in a text, at `text.slice(from, to)`. Lines and columns count from 1, offsets from 0. */
export interface Diagnostic {
  severity: 'error' | 'warning';
  /** A stable word for machines, for example `syntax.expected` or `name.unknown-stream`. */
  code: string;
  message: string;
  from: number;
  to: number;
  line: number;
  column: number;
  /** What would mend it, where that is known: usually the nearest name that exists. */
  hint?: string;
}

/** A model's typed call: `#model:predict('name@alias', a, b)` takes `inputs` in order and appends `outputs`. */
export interface ModelSignature {
  inputs: readonly { name: string; type: AttributeType }[];
  outputs: readonly Attribute[];
}

/** An interpreter that can reach nothing, for `define function`. */
export interface ScriptLanguage {
  /** Reads the body of a function over `data`, the list of its arguments; or says why it cannot be read. */
  prepare(name: string, body: string): { run(data: readonly unknown[]): unknown } | { wrong: string };
}

/** What a text may refer to that is not in the text. */
export interface Environment {
  /** The signature behind a reference such as `pump-anomaly@champion`, or why there is none. */
  model?(reference: string): ModelSignature | { missing: string };
  /**
   * Runs functions written in JavaScript; absent where they are not allowed. Make one with `javaScript()` of
   * `cep/script/quickjs.ts`, which loads its interpreter first.
   */
  javascript?: ScriptLanguage;
  /** Values for `${name}` in the text. */
  variables?: Readonly<Record<string, string>>;
}

/** An annotation as written, `@name(key='value', 'value')`; a value without a key has the key `''`. */
export interface AnnotationView {
  name: string;
  elements: readonly { key: string; value: string }[];
  annotations: readonly AnnotationView[];
  at: number;
}

/** A `@source` or `@sink` of a stream. Option names are lower case as written in the text. */
export interface Connector {
  stream: string;
  type: string;
  options: Record<string, string>;
  map: {
    type: string;
    options: Record<string, string>;
    /** `@attributes(...)` of a source: attribute to path; positional ones are named after the definition. */
    attributes?: Record<string, string>;
    /** `@payload(...)` of a sink: the template, or one template a key. */
    payload?: string | Record<string, string>;
  };
  at: number;
}

export interface StreamView {
  name: string;
  attributes: Attribute[];
  /** False when the definition follows from an `insert into`. */
  defined: boolean;
  kind: 'stream' | 'table' | 'window' | 'trigger' | 'aggregation';
  annotations: readonly AnnotationView[];
  at: number;
}

export interface QueryView {
  /** From `@info(name='…')`, else `query1`, `query2` … in the order of the text. */
  name: string;
  inputs: string[];
  output?: string;
  kind: 'filter' | 'window' | 'join' | 'pattern' | 'sequence';
  /** The partition around it: its `@info(name='…')`, else `partition1` … */
  partition?: string;
  at: number;
}

/** One thing that an app remembers between events. `id` stays the same as long as the definition does. */
export interface StateView {
  id: string;
  query: string;
  /** For people: "1-hour window of Hot". */
  what: string;
  definition: string;
}

/** Everything known about a text without running it. */
export interface Analysis {
  ok: boolean;
  name?: string;
  diagnostics: Diagnostic[];
  streams: StreamView[];
  sources: Connector[];
  sinks: Connector[];
  models: { reference: string; at: number }[];
  queries: QueryView[];
  state: StateView[];
}

/** Thrown by `compile` with every error of the text, and by the engine with a single one for misuse. */
export class CepError extends Error {
  override readonly name = 'CepError';
  readonly code: string;
  readonly diagnostics: readonly Diagnostic[];
  constructor(code: string, message: string, diagnostics: readonly Diagnostic[] = []) {
    super(message);
    this.code = code;
    this.diagnostics = diagnostics;
  }
}

/** Reads decoded JSON objects as rows of one stream. */
export interface RowReader {
  /** The row, or undefined with the reason in `error`. Missing attributes are null; unknown ones are ignored. */
  read(object: unknown): unknown[] | undefined;
  /** Why the last `read` failed: the attribute, what was found and what was expected. */
  readonly error: string;
}
