import type { Clock } from '../../edge-runtime/kernel/clock.ts';
import { MinHeap } from '../kernel/min-heap.ts';

/** A clock that stands still while anybody works, and then goes to whatever is next. The same events always come in the same order. */
export class VirtualTime {
  now: number;
  readonly #start: number;
  #sequence = 0;
  readonly #events = new MinHeap<{ act: (() => void) | undefined }>();

  constructor(now: number) {
    this.now = now;
    this.#start = now;
  }

  /** Calls back after so many milliseconds unless cancelled by the returned function. */
  after(ms: number, act: () => void): () => void {
    const event: { act: (() => void) | undefined } = { act };
    this.#sequence += 1;
    // Events of one millisecond come in the order in which they were asked for: counted from the start, there is room for that behind the point.
    this.#events.push(this.now - this.#start + Math.max(0, Math.ceil(ms)) + this.#sequence * 1e-8, event);
    return () => (event.act = undefined);
  }

  /** Lets time pass until then; everybody has come to rest when it resolves. */
  async pass(until: number): Promise<void> {
    await rest();
    for (let next = this.#events.first; next !== undefined && next.key < until - this.#start + 1; next = this.#events.first) {
      this.#events.pop();
      if (next.item.act === undefined) continue;
      this.now = Math.max(this.now, this.#start + Math.floor(next.key));
      next.item.act();
      await rest();
    }
    this.now = Math.max(this.now, Math.floor(until));
  }

  /** The clock of a machine that goes wrong by `skewMs`, for a process that is heard of as long as `isAlive` says so. */
  clockFor(skewMs: () => number, isAlive: () => boolean): Clock {
    const after = (ms: number, act: () => void): (() => void) => this.after(ms, () => isAlive() && act());
    return {
      now: () => Math.floor(this.now) + skewMs(),
      microseconds: () => this.now * 1000,
      after,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted === true) return resolve();
          const end = (): void => {
            cancel();
            signal?.removeEventListener('abort', end);
            resolve();
          };
          const cancel = after(ms, end);
          signal?.addEventListener('abort', end, { once: true });
        }),
    };
  }
}

/** Until all that can go on without time has gone on. */
function rest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
