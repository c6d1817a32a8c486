import type { LogFields } from '../../kernel/logger.ts';
import { messageOf, PathError, type PathErrorCode } from '../../kernel/path-error.ts';
import type { RedisTarget } from '../../kernel/redis.ts';
import type { Settings } from '../../protocol/index.ts';
import type { EventPath, PathBundle, TailRows } from './contract.ts';

/** What the event path's thread is started with. */
export interface PathThreadData {
  readonly bundle: PathBundle;
  readonly settings: Settings;
  readonly node: string;
  readonly redis: RedisTarget;
  readonly keyPrefix: string;
  readonly filesFolder: string;
  readonly secretsFolder: string;
}

/** The calls that cross between threads: each an operation of the event path with cloneable arguments. */
export type PathCalls = Pick<EventPath, 'start' | 'stop' | 'status' | 'takeTelemetry' | 'query' | 'ingest' | 'ask' | 'infer' | 'models'> & {
  tail(id: number, stream: string, rowsPerSecondMax: number): void;
  untail(id: number): void;
};
export type PathCallName = keyof PathCalls;
export type PathRequest = { readonly [Name in PathCallName]: { readonly id: number; readonly call: Name; readonly args: Parameters<PathCalls[Name]> } }[PathCallName];

export interface ThreadError {
  readonly message: string;
  readonly code: PathErrorCode | undefined;
  readonly subject: string;
}

export type PathThreadMessage =
  | { readonly type: 'built' }
  | { readonly type: 'failed'; readonly error: ThreadError }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly error: ThreadError }
  | { readonly type: 'record' }
  | { readonly type: 'tail'; readonly id: number; readonly rows: TailRows }
  | { readonly type: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly message: string; readonly fields: LogFields | undefined };

export function toThreadError(error: unknown): ThreadError {
  return error instanceof PathError ? { message: error.message, code: error.code, subject: error.subject } : { message: messageOf(error), code: undefined, subject: '' };
}

export function fromThreadError({ message, code, subject }: ThreadError): Error {
  return code === undefined ? new Error(message) : new PathError(code, subject, message);
}
