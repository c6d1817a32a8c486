import type { FaultBatch, Row } from '../api.ts';

/** Those who hear of events that could not be processed. */
export class Faults {
  private listeners: readonly ((batch: FaultBatch) => void)[] = [];

  listen(listener: (batch: FaultBatch) => void): () => void {
    this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter((one) => one !== listener);
    };
  }

  /** Tells of events of one stream; `query` is empty where it is not known. */
  tell(stream: string, query: string, timestamps: number[], rows: Row[], failure: unknown): void {
    for (const listener of this.listeners) listener({ stream, query, timestamps, rows, reason: reasonOf(failure) });
  }
}

/** Why something failed, as a sentence. */
export function reasonOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
