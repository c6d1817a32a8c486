import { CepError, type Row } from '../api.ts';
import type { FaultBatch } from '../engine-api.ts';
import type { QueryPlan } from '../plan/plan.ts';
import { inputStreams } from '../plan/stages.ts';
import type { LogEntry } from './stage-runtime.ts';

/** Those who hear of events that could not be processed. */
export class Faults {
  private listeners: readonly ((batch: FaultBatch) => void)[] = [];

  listen(listener: (batch: FaultBatch) => void): () => void {
    this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter((one) => one !== listener);
    };
  }

  /** Tells of an event for which a model had no answer. */
  unpredicted({ port, timestamp, row, reason }: LogEntry, queries: readonly QueryPlan[]): void {
    const query = queries.find((one) => one.name === port.query);
    const [stream = ''] = query === undefined ? [] : inputStreams(query);
    this.tell(stream, port.query, [timestamp], [row], reason);
  }

  /** Tells of events of one stream; `query` is empty where it is not known. */
  tell(stream: string, query: string, timestamps: number[], rows: Row[], failure: unknown): void {
    for (const listener of this.listeners) listener({ stream, query, timestamps, rows, reason: reasonOf(failure) });
  }
}

/** What calling `UUID()` comes to in an engine without a source of ids. */
export function noUuid(): string {
  throw new CepError('engine.no-uuid', 'UUID() needs the engine to be made with a source of ids.');
}

/** Why something failed, as a sentence. */
export function reasonOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
