import type { Clock } from '../kernel/clock.ts';
import { type FromAgent, linkLimits, type ToAgent } from '../protocol/index.ts';
import type { TailRows } from './path/contract.ts';
import type { PathClient } from './path/client.ts';

type Lease = Extract<ToAgent, { type: 'lease' }>;
type Tail = Extract<FromAgent, { type: 'tail' }>;

const LEASES_MAX = 16;
const ROWS_MAX = 500;
/** A control plane whose clock is not this node's must neither end a lease at once nor keep it for ever. */
const SHORTEST_MS = 5_000;
const LONGEST_MS = 120_000;
const BYTES_MAX = linkLimits.messageBytesMax * 0.8;

interface Held {
  readonly id: number;
  readonly lease: Lease;
  readonly cancel: () => void;
  skipped: number;
}

/** Full-rate rows for whoever is looking, for as long as they look. What the link has no room for is skipped and counted. */
export class Leases {
  readonly #clock: Clock;
  readonly #client: () => PathClient | undefined;
  readonly #send: (tail: Tail) => boolean;
  readonly #held = new Map<string, Held>();
  #nextId = 1;

  constructor(clock: Clock, client: () => PathClient | undefined, send: (tail: Tail) => boolean) {
    this.#clock = clock;
    this.#client = client;
    this.#send = send;
  }

  /** Begins a lease, or goes on with it. */
  take(lease: Lease): void {
    const before = this.#held.get(lease.lease);
    if (before === undefined && this.#held.size >= LEASES_MAX) return;
    before?.cancel();
    const ms = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, lease.until - this.#clock.now()));
    const unchanged = before !== undefined && before.lease.stream === lease.stream && before.lease.rowsPerSecondMax === lease.rowsPerSecondMax;
    if (before !== undefined && !unchanged) this.#untail(before);
    const held: Held = { id: unchanged ? before.id : this.#nextId++, lease, cancel: this.#clock.after(ms, () => this.#end(lease.lease)), skipped: before?.skipped ?? 0 };
    this.#held.set(lease.lease, held);
    if (!unchanged) this.#tail(held);
  }

  /** Another path runs now: what is looked at goes on from there. */
  pathChanged(): void {
    for (const held of this.#held.values()) this.#tail(held);
  }

  /** The link ended: nobody looks. */
  endAll(): void {
    for (const name of [...this.#held.keys()]) this.#end(name);
  }

  rows(id: number, tail: TailRows): void {
    const held = [...this.#held.values()].find((candidate) => candidate.id === id);
    if (held === undefined) return;
    held.skipped += tail.skipped;
    for (let rows = tail.rows; rows.length > 0; ) {
      const part = partOf(rows);
      if (part === 0) {
        held.skipped += 1;
        rows = rows.slice(1);
        continue;
      }
      const sent = this.#send({ type: 'tail', lease: held.lease.lease, stream: tail.stream, attributes: tail.attributes, rows: rows.slice(0, part), skipped: held.skipped });
      held.skipped = sent ? 0 : held.skipped + part;
      rows = rows.slice(part);
    }
  }

  #tail({ id, lease }: Held): void {
    this.#client()?.call('tail', id, lease.stream, lease.rowsPerSecondMax).catch(() => undefined);
  }

  #untail({ id }: Held): void {
    this.#client()?.call('untail', id).catch(() => undefined);
  }

  #end(name: string): void {
    const held = this.#held.get(name);
    if (held === undefined) return;
    held.cancel();
    this.#held.delete(name);
    this.#untail(held);
  }
}

/** How many of the rows fit into one message. */
function partOf(rows: TailRows['rows']): number {
  let bytes = 0;
  for (const [index, row] of rows.slice(0, ROWS_MAX).entries()) {
    bytes += JSON.stringify(row).length * 3;
    if (bytes > BYTES_MAX) return index;
  }
  return Math.min(rows.length, ROWS_MAX);
}
