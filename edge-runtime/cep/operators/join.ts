import type { Row } from '../api.ts';
import { RESET, rowOf, type EventType, type Payload, type Stage } from './stage.ts';

/** What a side of a join looks into: the window or table of the other side. */
export interface Searched {
  /** The rows that may match; the condition is tested on each. */
  candidates(timestamp: number, row: Row): readonly Row[];
}

export interface JoinSideSetting {
  left: boolean;
  /** An event without a partner goes on alone. */
  outer: boolean;
  test: (timestamp: number, left: Row | null, right: Row | null) => boolean;
  other: Searched;
  next: Stage;
  /** The selection answers for each event that sets off the join; else for the chunk as a whole. */
  answersEach: boolean;
  /** All that one chunk of this side brings is put out together. */
  hold(): void;
  release(): void;
}

/** One side of a join, after its window: each event that comes or leaves meets what the other side holds. */
export class JoinSide implements Stage {
  private readonly setting: JoinSideSetting;
  private open = false;

  constructor(setting: JoinSideSetting) {
    this.setting = setting;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    const { setting } = this;
    const { next, left, test } = setting;
    if (!this.open) {
      this.open = true;
      setting.hold();
    }
    const row = rowOf(payload);
    if (type === RESET) {
      next.event(RESET, timestamp, left ? [row, null] : [null, row]);
      if (setting.answersEach) next.end();
      return;
    }
    let some = false;
    for (const other of setting.other.candidates(timestamp, row)) {
      if (!(left ? test(timestamp, row, other) : test(timestamp, other, row))) continue;
      some = true;
      next.event(type, timestamp, left ? [row, other] : [other, row]);
    }
    if (!some && setting.outer) {
      some = true;
      next.event(type, timestamp, left ? [row, null] : [null, row]);
    }
    if (!some) return;
    if (setting.answersEach) next.end();
    else next.part?.();
  }

  end(): void {
    if (!this.open) return;
    this.open = false;
    if (!this.setting.answersEach) this.setting.next.end();
    this.setting.release();
  }
}

/** The side of a join whose events set off nothing: they are only there to be found. */
export class SilentSide implements Stage {
  event(): void {
    // The window before it holds the event.
  }
  end(): void {
    // Nothing was set off.
  }
}
