import type { Row } from '../api.ts';
import { CURRENT } from '../operators/stage.ts';
import type { PassingCode } from './emit-passing.ts';
import type { QueryOutput } from './query-output.ts';
import { handOn, LOOKED_AHEAD, type Receiver } from './receiver.ts';

/** Filter and projection of a query that keeps nothing. */
export class PassingQuery implements Receiver {
  private readonly code: PassingCode;
  private readonly output: QueryOutput;
  private readonly target: Receiver;

  constructor(code: PassingCode, output: QueryOutput, target: Receiver) {
    this.code = code;
    this.output = output;
    this.target = target;
  }

  one(timestamp: number, row: Row): void {
    const out = this.code.one(timestamp, row);
    if (out === undefined) return;
    if (this.output.heard) this.output.one(CURRENT, timestamp, out);
    else this.target.one(timestamp, out);
  }

  many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    const next = this.next(LOOKED_AHEAD);
    if (next === undefined) this.chunk(timestamps, rows, from, to);
    else this.code.each?.(timestamps, rows, from, to, next);
  }

  apart(ahead: number): Receiver | undefined {
    return this.next(ahead) === undefined ? undefined : this;
  }

  /** Who takes what passes event by event. */
  private next(ahead: number): Receiver | undefined {
    return ahead > 0 && this.code.each !== undefined && !this.output.heard ? this.target.apart?.(ahead - 1) : undefined;
  }

  private chunk(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    const passed = this.code.many(timestamps, rows, from, to);
    if (this.output.heard && passed.to > passed.from) this.output.chunk(passed.rows.slice(passed.from, passed.to).map((row, index) => ({ type: CURRENT, timestamp: passed.times[passed.from + index] ?? 0, row, key: undefined })));
    else handOn(this.target, passed.times, passed.rows, passed.from, passed.to);
  }
}

/** A chunk event by event, where something has to be told of each. */
export function oneByOne(one: PassingCode['one']): PassingCode {
  return {
    one,
    many: (timestamps, rows, from, to) => {
      const times: number[] = [];
      const out: Row[] = [];
      for (let index = from; index < to; index++) {
        const timestamp = timestamps[index] ?? 0;
        const made = one(timestamp, rows[index] ?? []);
        if (made === undefined) continue;
        times.push(timestamp);
        out.push(made);
      }
      return { times, rows: out, from: 0, to: out.length };
    },
  };
}
