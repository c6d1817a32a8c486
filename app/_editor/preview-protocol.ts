import type { AttributeType } from '@selvedge/edge-runtime/cep';
import type { Breakpoint, KeyChoice, PlainEvent, PreviewResult, PreviewRow, QueryLook, RecordedColumn, Stop, TestCase, TestOutcome } from '@selvedge/edge-runtime/cep/preview';

/** What the page and its preview worker say to each other. Every request that is answered carries a number. */
export interface KnownModel {
  reference: string;
  inputs: readonly { name: string; type: AttributeType }[];
  outputs: readonly { name: string; type: AttributeType }[];
}

export type PreviewRequest =
  | { kind: 'record-text'; id: number; text: string; stream: string }
  | { kind: 'record-events'; id: number; events: readonly PlainEvent[] }
  /** A newer run ends the one before it. `other` is run as well, to compare with. */
  | { kind: 'run'; id: number; text: string; other: string | null; models: readonly KnownModel[] }
  /** The last rows of a stream before a moment, where a run did not keep them. A newer request ends the one before it. */
  | { kind: 'rows'; id: number; text: string; stream: string; until: number; models: readonly KnownModel[] }
  /** Begins a run that stops at breakpoints, or at a moment; it ends the one before it. */
  | { kind: 'begin'; id: number; text: string; breakpoints: readonly Breakpoint[]; until: number | null; models: readonly KnownModel[] }
  /** Goes on from a stop: to the next breakpoint or moment, or by one event. */
  | { kind: 'go'; id: number; how: 'on' | 'step'; breakpoints: readonly Breakpoint[]; until: number | null }
  /** What another query, or the same for another key, holds at the stop. */
  | { kind: 'look'; id: number; query: string; choice: KeyChoice }
  | { kind: 'explain'; id: number; text: string; stream: string; index: number; models: readonly KnownModel[] }
  | { kind: 'test'; id: number; text: string; tests: readonly TestCase[]; models: readonly KnownModel[] }
  /** The first events of the recording, to keep as a test case. */
  | { kind: 'events'; id: number; max: number }
  | { kind: 'predicted'; call: number; answer: { outputs: unknown[][] } | { error: string } };

export interface RecordingSummary {
  /** `columns` are what attributes of the stream could be defined from. */
  streams: readonly { name: string; count: number; columns: readonly RecordedColumn[] }[];
  from: number;
  to: number;
  events: number;
  problems: readonly string[];
  left: number;
}

/** An event behind a row, with its values by name, and what it was made of in turn. */
export interface ExplainedEvent {
  stream: string;
  at: number;
  data: Readonly<Record<string, unknown>>;
  because?: Explanation;
}

export interface Explanation {
  query: string;
  inputs: readonly { name: string; stream: string; total: number; events: readonly ExplainedEvent[] }[];
}

/** A row that a query put out with the event at a stop, and what it was made of. */
export interface StoppedRow {
  at: number;
  data: Readonly<Record<string, unknown>>;
  because?: Explanation;
}

/** Where a run stands still, in values for showing. */
export interface ShownStop extends Omit<Stop, 'put'> {
  put: readonly { query: string; total: number; rows: readonly StoppedRow[] }[];
}

export interface PreviewRun {
  result: PreviewResult;
  /** How long it took in the worker, milliseconds. */
  ms: number;
}

export type PreviewAnswer =
  | { kind: 'recorded'; id: number; summary: RecordingSummary }
  | { kind: 'ran'; id: number; run: PreviewRun; other: PreviewRun | { error: string } | null }
  /** No rows when a newer request came. */
  | { kind: 'rows'; id: number; rows: readonly PreviewRow[] | null }
  /** No stop when a newer run began or its time is over; `look` is at the query that it stopped at. */
  | { kind: 'stopped'; id: number; stop: ShownStop | null; look: QueryLook | null }
  | { kind: 'looked'; id: number; look: QueryLook | null }
  | { kind: 'explained'; id: number; explanation: Explanation | null }
  | { kind: 'tested'; id: number; outcomes: readonly TestOutcome[] }
  | { kind: 'events'; id: number; events: readonly PlainEvent[] }
  | { kind: 'failed'; id: number; message: string }
  | { kind: 'superseded'; id: number }
  | { kind: 'predict'; call: number; model: string; inputs: readonly (readonly unknown[])[]; count: number };

