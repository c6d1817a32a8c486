import type { AttributeValue, BundleManifest, Digest, Labels, Settings, Telemetry } from '../../protocol/index.ts';
import type { Attribute } from '../../cep/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { StageLatencies } from './stage-times.ts';
import type { InferenceReply, InferenceRequest, ModelMetadata } from '../../infer/open-inference.ts';

/**
 * The agent's event path as the rest of the agent sees it. Everything handed over here except callbacks can be cloned
 * between threads, so the path may live in a worker thread of its own.
 */

/** A verified bundle on this node's disk. */
export interface PathBundle {
  digest: Digest;
  generation: number;
  manifest: BundleManifest;
  /** This node's labels that the bundle asks for. */
  labels: Labels;
  /** Text of each rule by its digest. */
  ruleTexts: ReadonlyMap<Digest, string>;
  /** Absolute path of each model's ONNX file by its digest. */
  modelFiles: ReadonlyMap<Digest, string>;
}

export interface PathDependencies {
  node: string;
  /** Fleet settings and this node's own already merged. */
  settings: Settings;
  redis: { url: string } | { socketPath: string };
  /** Starts every Redis key of this node, for example `selvedge:`. */
  keyPrefix: string;
  /** What file sources may read: paths in rules are relative to it and may not leave it. */
  filesFolder: string;
  /** A secret of this node by name; undefined when there is none. */
  secret(name: string): string | undefined;
  clock: Clock;
  logger: Logger;
  /** A number from 0 to below 1, for jitter. */
  random(): number;
  /** Ends everything at once, without a checkpoint; for an orderly end call `stop`. */
  signal: AbortSignal;
}

/** Compiles every rule and loads every model; opens no connection and writes nothing. Throws a `PathError`. */
export type BuildEventPath = (bundle: PathBundle, dependencies: PathDependencies) => Promise<EventPath>;

export interface EventPath {
  /**
   * Opens the store, recovers to where the last path stopped or was killed, and starts the sources. An unreachable
   * source is not an error of starting: it is retried and reported in `status`. Rejects with a `PathError` otherwise.
   */
  start(): Promise<void>;
  /** Stops the sources, lets everything under way finish, writes a checkpoint, closes. */
  stop(): Promise<void>;
  status(): PathStatus;
  /** What happened since the last call. `buffer`, and the process's own figures, are the caller's to fill in. */
  takeTelemetry(): PathTelemetry;
  /** How long events stayed in each stage since the last call: for whoever looks for where the time goes. */
  takeStageTimes(): StageLatencies;
  /** Called when records were added to the outbox (see `store/keys.ts`): wakes whoever ships them. */
  onRecord(callback: () => void): () => void;
  /** A copy of a stream's rows as they are stored, at most `rowsPerSecondMax`; `skipped` counts what was left out. */
  tail(stream: string, rowsPerSecondMax: number, callback: (rows: TailRows) => void): () => void;
  query(query: StoreQuery): Promise<StoreAnswer>;
  /** A body for the HTTP source at `path`. Accepted means durable: it survives the end of this process. */
  ingest(path: string, contentType: string, body: Uint8Array): Promise<IngestReply>;
  /** One Open Inference Protocol call. `version` defaults to the newest version in the bundle. */
  /** An on-demand query over the tables, named windows and aggregations of a rule, as they are now; it changes nothing. */
  ask(rule: string, query: string): Promise<AskReply>;
  infer(model: string, version: number | undefined, request: InferenceRequest): Promise<InferenceReply>;
  models(): ModelMetadata[];
}

export type SourceState = 'connected' | 'connecting' | 'disconnected' | 'finished';

export interface PathStatus {
  state: 'built' | 'recovering' | 'running' | 'stopping' | 'stopped' | 'failed';
  /** Why it failed, or what it waits for. */
  message?: string;
  storeReady: boolean;
  sources: { id: string; rule: string; stream: string; type: string; state: SourceState; paused: boolean; reason?: string; lag?: number }[];
  sinks: { id: string; rule: string; stream: string; type: string; healthy: boolean; waiting: number; reason?: string }[];
  models: { name: string; version: number; loaded: boolean; reason?: string }[];
  rules: { name: string; version: number; digest: Digest }[];
  streams: { name: string; rule: string; attributes: Attribute[]; kind: StreamKind; stored: boolean }[];
}

/** `raw` comes from a source, `predicted` carries a model's answers, `detection` is annotated so; everything else is `aggregated`. */
export type StreamKind = 'raw' | 'aggregated' | 'predicted' | 'detection' | 'dead-letters';

export type PathTelemetry = Omit<Telemetry, 'buffer' | 'process'> & { process: { storeBytes: number } };

export interface StoredRow {
  /** The event's own time. */
  at: number;
  values: AttributeValue[];
}

export type AskReply =
  | { ok: true; attributes: { name: string; type: string }[]; rows: AttributeValue[][] }
  | { ok: false; code: 'unknown-rule' | 'invalid' | 'not-running'; message: string; issues: { line: number; column: number; message: string }[] };

export interface TailRows {
  stream: string;
  attributes: string[];
  rows: StoredRow[];
  skipped: number;
}

/**
 * Reads a stored stream. A stream is named `rule/Stream`; `Stream` alone will do where one rule of the bundle has it.
 * Times are inclusive. `dead-letters` is a stream like any other.
 */
export interface StoreQuery {
  stream: string;
  from: number;
  to: number;
  /** 1 to 1000. */
  limit: number;
  /** Newest first is the default. */
  order?: 'newest' | 'oldest';
  cursor?: string;
}

export type StoreAnswer =
  | { ok: true; stream: string; attributes: Attribute[]; rows: StoredRow[]; nextCursor: string | null }
  | { ok: false; code: 'unknown-stream' | 'invalid' | 'unavailable'; message: string };

export type IngestReply =
  | { kind: 'accepted'; events: number; refused: { index: number; reason: string }[] }
  | { kind: 'busy'; retryAfterSeconds: number; message: string }
  | { kind: 'refused'; code: 'not-found' | 'too-large' | 'unsupported-type' | 'malformed' | 'not-running'; message: string; refused: { index: number; reason: string }[] };
