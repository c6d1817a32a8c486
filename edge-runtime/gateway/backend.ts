import type { AttributeValue, SignedReceipt } from '../protocol/index.ts';

/** What the gateway serves: the running event path and the agent around it, as the host hands them over. */
export interface GatewayBackend {
  /** Undefined while no bundle runs. */
  path(): GatewayPath | undefined;
  /** Everything a person at the site wants to know, as JSON. */
  status(): Promise<Record<string, unknown>>;
  /** Why the node cannot work now; undefined when it can. */
  notReady(): string | undefined;
  /** Prometheus text. */
  metrics(): Promise<string>;
  hold(until: number, reason: string): Promise<void>;
  release(): Promise<void>;
  /** Takes on the bundle in a file of the node's disk. */
  apply(file: string): Promise<GatewayApplyReply>;
  receipt(): Promise<GatewayReceiptReply>;
}

export type GatewayApplyReply = { ok: true; generation: number; bundle: string } | { ok: false; code: 'refused' | 'no-room' | 'busy'; message: string };
export type GatewayReceiptReply = { ok: true; receipt: SignedReceipt } | { ok: false; code: 'refused' | 'unavailable'; message: string };

export interface GatewayPath {
  streams(): Promise<GatewayStream[]>;
  query(query: { stream: string; from: number; to: number; limit: number; order: 'newest' | 'oldest'; cursor?: string }): Promise<GatewayAnswer>;
  ingest(path: string, contentType: string, body: Uint8Array): Promise<GatewayIngestReply>;
  ask(rule: string, query: string): Promise<GatewayAskReply>;
  infer(model: string, version: number | undefined, request: unknown): Promise<GatewayInferenceReply>;
  models(): Promise<GatewayModel[]>;
}

export interface GatewayStream {
  name: string;
  rule: string;
  kind: string;
  stored: boolean;
  attributes: readonly { name: string; type: string }[];
}

export type GatewayAnswer =
  | { ok: true; stream: string; attributes: readonly { name: string; type: string }[]; rows: readonly { at: number; values: readonly AttributeValue[] }[]; nextCursor: string | null }
  | { ok: false; code: 'unknown-stream' | 'invalid' | 'unavailable'; message: string };

export type GatewayIngestReply =
  | { kind: 'accepted'; events: number; refused: readonly { index: number; reason: string }[] }
  | { kind: 'busy'; retryAfterSeconds: number; message: string }
  | { kind: 'refused'; code: 'not-found' | 'too-large' | 'unsupported-type' | 'malformed' | 'not-running'; message: string; refused: readonly { index: number; reason: string }[] };

export type GatewayAskReply =
  | { ok: true; attributes: readonly { name: string; type: string }[]; rows: readonly (readonly AttributeValue[])[] }
  | { ok: false; code: 'unknown-rule' | 'invalid' | 'not-running'; message: string; issues: readonly { line: number; column: number; message: string }[] };

export type GatewayInferenceReply = { ok: true; response: unknown } | { ok: false; code: 'not-found' | 'invalid' | 'busy' | 'failed'; message: string };

export interface GatewayModel {
  name: string;
  versions: string[];
  platform: string;
  inputs: readonly { name: string; datatype: string; shape: number[] }[];
  outputs: readonly { name: string; datatype: string; shape: number[] }[];
}
