import type { Row } from '../cep/index.ts';

/** An event that could not be read, with enough of it to find out why. */
export interface Refusal {
  position: number;
  /** Its place in the message or body. */
  index: number;
  reason: string;
  /** The beginning of what came: text, or base64 after `base64:` where it is not UTF-8. */
  raw: string;
}

/**
 * Whole messages of one partition of one source, decoded. Positions are the source's own (a Kafka offset, a line, a
 * journal number), inclusive; a batch may hold no rows and still move the position.
 */
export interface EventBatch {
  source: string;
  partition: string;
  from: number;
  to: number;
  /** When the first of them reached the agent, `Clock.microseconds`. */
  arrivedAtUs: number;
  /** When it was put into the intake. */
  putAtUs?: number;
  times: number[];
  rows: Row[];
  refused: Refusal[];
  bytes: number;
}

/** What a batch weighs in queues and steps: its rows, and what could not be read, each of which becomes a row of the dead letters. */
export function weightOf({ rows, refused }: Pick<EventBatch, 'rows' | 'refused'>): number {
  return rows.length + refused.length;
}

/** Where each partition of a source goes on: the next position to read. */
export type Positions = Readonly<Record<string, number>>;

/** What a source must deliver again after a crash, and in which portions. */
export interface ReplayPlan {
  /** By partition, ascending: last positions of the batches that were processed. A batch never reaches across one. */
  cuts: Readonly<Record<string, readonly number[]>>;
}

export interface SourceHealth {
  state: 'connected' | 'connecting' | 'disconnected' | 'finished';
  paused: boolean;
  reason?: string;
  /** Messages that wait at the far end, where it tells. */
  lag?: number;
}

/**
 * A connector that brings events in. It delivers from the positions it is given, in order within a partition, and
 * never loses what `put` has not taken.
 */
export interface Source {
  readonly id: string;
  /** Resolves when events may come; an unreachable far end is retried, not an error. */
  start(positions: Positions, plan: ReplayPlan): Promise<void>;
  /** The replay is over: whatever follows may come. */
  goLive(): void;
  /** No batch comes after this resolved. */
  stop(): Promise<void>;
  /** Everything before these positions is in the store for good. */
  committed(positions: Positions): Promise<void>;
  health(): SourceHealth;
  /** Nothing waits at the far end, as far as can be known: time may move on without an event. */
  isCaughtUp(): boolean;
}

/** Where sources put batches. The batch is always taken; a promise says that the next must wait until it resolves. */
export type PutBatch = (batch: EventBatch) => Promise<void> | undefined;

/** Stays shut while a replay is under way: a source delivers what was logged and waits here with the rest. */
export class LiveGate {
  readonly #opened = Promise.withResolvers<void>();
  isOpen = false;

  open(): void {
    this.isOpen = true;
    this.#opened.resolve();
  }

  /** Resolves when the gate opens or the signal aborts. */
  async passed(signal: AbortSignal): Promise<void> {
    if (this.isOpen || signal.aborted) return;
    const ended = Promise.withResolvers<void>();
    const end = (): void => ended.resolve();
    signal.addEventListener('abort', end, { once: true });
    await Promise.race([this.#opened.promise, ended.promise]);
    signal.removeEventListener('abort', end);
  }
}
