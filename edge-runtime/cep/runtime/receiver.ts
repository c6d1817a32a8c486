import type { Row } from '../api.ts';

/** Something that takes events of a stream: a query, or an output. */
export interface Receiver {
  /** A chunk of one event. */
  one(timestamp: number, row: Row): void;
  /**
   * A chunk of several events: those from place `from` up to `to` of lists that hold more, so that a chunk is cut without copying.
   * There is always one. The lists are not changed by either side.
   */
  many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void;
  /**
   * Who takes the events of a chunk one after the other, where that comes to the same for all who look: then nobody has to make a
   * chunk of what he puts out. Absent, or undefined, where a chunk is more than its events.
   * @param ahead through so many receivers it is asked
   */
  apart?(ahead: number): Receiver | undefined;
}

/** How far it is asked whether a chunk may be taken apart: streams may run in a circle. */
export const LOOKED_AHEAD = 16;

/** Hands a chunk on: one of a single event as that, one of none not at all. */
export function handOn(receiver: Receiver, timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
  if (to - from === 1) receiver.one(timestamps[from] ?? 0, rows[from] ?? []);
  else if (to > from) receiver.many(timestamps, rows, from, to);
}

/** One to whom the events of a chunk are each an event alone. */
export function eachAlone(one: Receiver['one']): Receiver {
  const receiver: Receiver = {
    one,
    many: (timestamps, rows, from, to) => {
      for (let index = from; index < to; index++) one(timestamps[index] ?? 0, rows[index] ?? []);
    },
    apart: () => receiver,
  };
  return receiver;
}
