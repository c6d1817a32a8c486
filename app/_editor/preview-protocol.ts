import type { AttributeType } from '@selvedge/edge-runtime/cep';
import type { PlainEvent, PreviewResult, TestCase, TestOutcome } from '@selvedge/edge-runtime/cep/preview';

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
  | { kind: 'explain'; id: number; text: string; stream: string; index: number; models: readonly KnownModel[] }
  | { kind: 'test'; id: number; text: string; tests: readonly TestCase[]; models: readonly KnownModel[] }
  /** The first events of the recording, to keep as a test case. */
  | { kind: 'events'; id: number; max: number }
  | { kind: 'predicted'; call: number; answer: { outputs: unknown[][] } | { error: string } };

export interface RecordingSummary {
  streams: readonly { name: string; count: number }[];
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

export interface PreviewRun {
  result: PreviewResult;
  /** How long it took in the worker, milliseconds. */
  ms: number;
}

export type PreviewAnswer =
  | { kind: 'recorded'; id: number; summary: RecordingSummary }
  | { kind: 'ran'; id: number; run: PreviewRun; other: PreviewRun | { error: string } | null }
  | { kind: 'explained'; id: number; explanation: Explanation | null }
  | { kind: 'tested'; id: number; outcomes: readonly TestOutcome[] }
  | { kind: 'events'; id: number; events: readonly PlainEvent[] }
  | { kind: 'failed'; id: number; message: string }
  | { kind: 'superseded'; id: number }
  | { kind: 'predict'; call: number; model: string; inputs: readonly (readonly unknown[])[]; count: number };

