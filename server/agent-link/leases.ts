import type { FromAgent, ToAgent } from '@selvedge/edge-runtime/protocol';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';

const leaseMs = 15_000;
const renewMs = 5_000;
/** Batches that wait for a viewer who does not read; past this the oldest go, and are counted as skipped rows. */
const waitingMax = 50;
const viewersMax = 50;

export type TailBatch = Pick<Extract<FromAgent, { type: 'tail' }>, 'stream' | 'attributes' | 'rows' | 'skipped'>;
type Viewer = { rowsPerSecondMax: number; push: (batch: TailBatch) => void };
type Lease = { id: string; nodeId: string; stream: string; viewers: Set<Viewer>; timer: NodeJS.Timeout };

/**
 * Full-rate looks at streams. Viewers of one stream of one node share one lease; it is renewed while anyone looks and ended
 * when the last one leaves, and should this process die it runs out by itself.
 */
export class Leases {
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #send: (nodeId: string, message: ToAgent) => boolean;
  /** By node and stream, and by the lease's own id. */
  readonly #leases = new Map<string, Lease>();
  readonly #byId = new Map<string, Lease>();

  /** `send` says whether the node is connected. */
  constructor(clock: Clock, newId: () => string, send: (nodeId: string, message: ToAgent) => boolean) {
    this.#clock = clock;
    this.#newId = newId;
    this.#send = send;
  }

  /** Rows of the stream until the signal aborts. A node that is away sends nothing; when it is back rows go on. */
  async *view(nodeId: string, stream: string, rowsPerSecondMax: number, signal: AbortSignal): AsyncGenerator<TailBatch> {
    let waiting: TailBatch[] = [];
    let wake: (() => void) | undefined;
    const viewer: Viewer = {
      rowsPerSecondMax,
      push: (batch) => {
        waiting.push(batch);
        if (waiting.length > waitingMax) waiting = dropOldest(waiting);
        wake?.();
      },
    };
    const leave = this.#enter(nodeId, stream, viewer);
    const onAbort = (): void => wake?.();
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted) {
        const batch = waiting.shift();
        if (batch !== undefined) yield batch;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      leave();
    }
  }

  received(nodeId: string, message: Extract<FromAgent, { type: 'tail' }>): void {
    const lease = this.#byId.get(message.lease);
    if (lease === undefined || lease.nodeId !== nodeId) return;
    const { stream, attributes, rows, skipped } = message;
    for (const viewer of lease.viewers) viewer.push({ stream, attributes, rows, skipped });
  }

  /** The node is back: whoever looks goes on looking. */
  nodeConnected(nodeId: string): void {
    for (const lease of this.#leases.values()) if (lease.nodeId === nodeId) this.#renew(lease);
  }

  #enter(nodeId: string, stream: string, viewer: Viewer): () => void {
    const key = keyOf(nodeId, stream);
    let lease = this.#leases.get(key);
    if (lease === undefined) {
      lease = { id: this.#newId(), nodeId, stream, viewers: new Set(), timer: setInterval(() => this.#renew(this.#leases.get(key)), renewMs) };
      this.#leases.set(key, lease);
      this.#byId.set(lease.id, lease);
    }
    if (lease.viewers.size >= viewersMax) throw new DomainError('LimitReached', `A stream of a node has at most ${viewersMax} viewers at a time.`);
    lease.viewers.add(viewer);
    this.#renew(lease);
    return () => this.#leave(key, viewer);
  }

  #leave(key: string, viewer: Viewer): void {
    const lease = this.#leases.get(key);
    if (lease === undefined) return;
    lease.viewers.delete(viewer);
    if (lease.viewers.size > 0) return this.#renew(lease);
    clearInterval(lease.timer);
    this.#leases.delete(key);
    this.#byId.delete(lease.id);
    this.#send(lease.nodeId, { type: 'lease', lease: lease.id, stream: lease.stream, until: this.#clock.now(), rowsPerSecondMax: 1 });
  }

  #renew(lease: Lease | undefined): void {
    if (lease === undefined) return;
    const rowsPerSecondMax = Math.max(...Array.from(lease.viewers, (viewer) => viewer.rowsPerSecondMax));
    this.#send(lease.nodeId, { type: 'lease', lease: lease.id, stream: lease.stream, until: this.#clock.now() + leaseMs, rowsPerSecondMax });
  }
}

function keyOf(nodeId: string, stream: string): string {
  return `${nodeId} ${stream}`;
}

function dropOldest(batches: TailBatch[]): TailBatch[] {
  const [oldest, next, ...rest] = batches;
  if (oldest === undefined || next === undefined) return batches;
  return [{ ...next, skipped: next.skipped + oldest.skipped + oldest.rows.length }, ...rest];
}
