/** Every Redis key of a node's store, in one place. `prefix` is the node's own and ends with a colon. */
export interface StoreKeys {
  /** A stored stream's packed rows: a Redis stream. */
  rows(stream: string): string;
  /** What was processed since the checkpoint, step by step. */
  log: string;
  checkpoint: string;
  /** The state of each rule as of the checkpoint: a hash of snapshots and of increments upon them, see `stateField`. */
  snapshots: string;
  /** Bodies accepted by an HTTP source and not yet covered by a checkpoint. */
  journal(source: string): string;
  /** Events on their way out through a sink. */
  outgoing(sink: string): string;
  /** Detections whose actions are under way. */
  pendingDetections: string;
  /** Records for the control plane: entries `r` → JSON of a record without its number. Read and trimmed by the sender. */
  recordOutbox: string;
  /** What each stored stream holds, so that it can be read without the rules that made it. */
  catalogue: string;
}

export function storeKeys(prefix: string): StoreKeys {
  return {
    rows: (stream) => `${prefix}rows:${stream}`,
    log: `${prefix}log`,
    checkpoint: `${prefix}checkpoint`,
    snapshots: `${prefix}checkpoint:rules`,
    journal: (source) => `${prefix}journal:${source}`,
    outgoing: (sink) => `${prefix}outgoing:${sink}`,
    pendingDetections: `${prefix}pending:detections`,
    recordOutbox: `${prefix}outbox:detections`,
    catalogue: `${prefix}catalogue`,
  };
}
