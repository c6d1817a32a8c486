import type { Clock } from '../../kernel/clock.ts';
import type { EventBatch } from '../../kernel/event-batch.ts';
import { SketchRecorder, type Sketch } from '../../protocol/index.ts';

/**
 * Where an event's time goes. `transport`: from its own time to its arrival, which means something where events carry the
 * time they were sent. `decode`: arrival to typed row. `queue`: until a step takes it. `rules`: the step. `model`: from the
 * question to the answer; `answer`: until a step takes that. `store`: from the step's end until Redis has it.
 */
export const stages = ['transport', 'decode', 'queue', 'rules', 'model', 'answer', 'store'] as const;
export type Stage = (typeof stages)[number];

/** How long events stayed in each stage, microseconds, an event a measurement. */
export type StageLatencies = Record<Stage, Sketch>;

export class StageTimes {
  readonly #recorders = new Map<Stage, SketchRecorder>(stages.map((stage) => [stage, new SketchRecorder()]));

  add(stage: Stage, microseconds: number, events: number): void {
    if (events > 0) this.#recorders.get(stage)?.add(microseconds, events);
  }

  /** A step takes a batch now. */
  input({ rows, times, arrivedAtUs, putAtUs = arrivedAtUs }: EventBatch, clock: Clock): void {
    const now = clock.microseconds();
    this.add('transport', (clock.now() - (times[0] ?? 0)) * 1000 - (now - arrivedAtUs), rows.length);
    this.add('decode', putAtUs - arrivedAtUs, rows.length);
    this.add('queue', now - putAtUs, rows.length);
  }

  /** What was measured since the last call. */
  take(): StageLatencies {
    const take = (stage: Stage): Sketch => (this.#recorders.get(stage) ?? new SketchRecorder()).take();
    return { transport: take('transport'), decode: take('decode'), queue: take('queue'), rules: take('rules'), model: take('model'), answer: take('answer'), store: take('store') };
  }
}
