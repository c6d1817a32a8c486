import type { Row } from '../../cep/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { wireValue } from '../../kernel/wire-value.ts';
import type { TailRows } from './contract.ts';
import type { StreamPlan } from './plan.ts';

interface Tail {
  matches(stream: string): boolean;
  rowsPerSecondMax: number;
  second: number;
  shown: number;
  skipped: number;
  callback(rows: TailRows): void;
}

const tailsMax = 32;

/** Hands copies of stored rows to those who look on, within what each asked for. */
export class Tails {
  readonly #clock: Clock;
  readonly #tails = new Set<Tail>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `stream` is `rule/Stream`, or `Stream` of every rule that has one. Past 32 at once, the oldest ends. */
  add(stream: string, rowsPerSecondMax: number, callback: (rows: TailRows) => void): () => void {
    const tail: Tail = { matches: (name) => name === stream || name.endsWith(`/${stream}`), rowsPerSecondMax, second: 0, shown: 0, skipped: 0, callback };
    this.#tails.add(tail);
    const [oldest] = this.#tails;
    if (this.#tails.size > tailsMax && oldest !== undefined) this.#tails.delete(oldest);
    return () => void this.#tails.delete(tail);
  }

  isWatched(stream: string): boolean {
    for (const tail of this.#tails) if (tail.matches(stream)) return true;
    return false;
  }

  show(stream: string, plan: StreamPlan, times: readonly number[], rows: readonly Row[]): void {
    for (const tail of this.#tails) if (tail.matches(stream)) this.#show(tail, stream, plan, times, rows);
  }

  #show(tail: Tail, stream: string, plan: StreamPlan, times: readonly number[], rows: readonly Row[]): void {
    const second = Math.floor(this.#clock.now() / 1000);
    if (second !== tail.second) {
      tail.second = second;
      tail.shown = 0;
    }
    // The newest of what came: who looks on wants to see now.
    const room = Math.max(0, Math.min(rows.length, tail.rowsPerSecondMax - tail.shown));
    tail.skipped += rows.length - room;
    if (room === 0) return;
    tail.shown += room;
    const from = rows.length - room;
    const shown = rows.slice(from).map((row, index) => ({ at: times[from + index] ?? 0, values: plan.stored.attributes.map((_, place) => wireValue(row[place])) }));
    tail.callback({ stream, attributes: plan.stored.attributes.map((attribute) => attribute.name), rows: shown, skipped: tail.skipped });
    tail.skipped = 0;
  }
}
