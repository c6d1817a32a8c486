import type { Row } from '../api.ts';
import { makeWindow } from '../operators/windows/make-window.ts';
import { rowsHeld, WindowOutlet } from '../operators/windows/named-window.ts';
import type { OperatorContext } from '../operators/operator-context.ts';
import { CURRENT, type EventType, type Stage, type WindowStage } from '../operators/stage.ts';
import type { NamedWindowPlan } from '../plan/plan.ts';
import type { Typed } from '../plan/types.ts';
import { StageEntry } from './query-stages.ts';
import type { Receiver } from './receiver.ts';

/** A window of the app at run time: queries put events in, read what comes out, and look into it. */
export class RunningWindow {
  readonly plan: NamedWindowPlan;
  readonly window: WindowStage;
  readonly outlet: WindowOutlet;
  /** The way in. */
  readonly entry: Receiver;

  constructor(plan: NamedWindowPlan, context: OperatorContext) {
    this.plan = plan;
    this.outlet = new WindowOutlet(plan.events);
    const expired = plan.events !== 'current';
    // Every attribute comes out of it as it is.
    const taken = plan.attributes.map(({ type }, index): Typed => ({ kind: 'value', type, access: { from: 'row', variable: 'r', index, optional: false } }));
    this.window = makeWindow(plan.window, { expired, searched: true, keepsRows: true, taken }, context, this.outlet);
    this.entry = new StageEntry(this.window);
  }

  /** What it holds now, oldest first. */
  rows(): Row[] {
    return rowsHeld(this.window);
  }

  /** The returned function ends it. */
  subscribe(receiver: Receiver, pattern = false): () => void {
    return this.outlet.subscribe(readerOf(receiver, pattern));
  }
}

/** A query that reads what comes out hears of what leaves too; to a pattern that is an event like any other. */
export function readerOf(receiver: Receiver, pattern: boolean): Stage {
  if (receiver instanceof StageEntry) return receiver.first;
  return pattern ? new AllAlike(receiver) : new ArrivalsOnly(receiver);
}

/** For the steps of a pattern, which take what arrives and what leaves. */
class AllAlike implements Stage {
  private readonly receiver: Receiver;
  private timestamps: number[] = [];
  private rows: Row[] = [];

  constructor(receiver: Receiver) {
    this.receiver = receiver;
  }

  event(_type: EventType, timestamp: number, payload: unknown): void {
    if (!Array.isArray(payload)) return;
    this.timestamps.push(timestamp);
    this.rows.push(payload);
  }

  end(): void {
    const { timestamps, rows } = this;
    this.timestamps = [];
    this.rows = [];
    this.receiver.many(timestamps, rows, 0, rows.length);
  }
}

/** For readers that know no events that leave: what lies behind a prediction. */
class ArrivalsOnly implements Stage {
  private readonly receiver: Receiver;

  constructor(receiver: Receiver) {
    this.receiver = receiver;
  }

  event(type: number, timestamp: number, payload: unknown): void {
    if (type === CURRENT && Array.isArray(payload)) this.receiver.one(timestamp, payload);
  }

  end(): void {
    // Each event went on by itself.
  }
}
