import type { EventBatch } from '../../kernel/event-batch.ts';
import { SketchRecorder, type Telemetry } from '../../protocol/index.ts';
import { StageTimes } from './stage-times.ts';

interface SourceCount {
  received: number;
  refused: number;
}

/** What the event path counts between two looks at its telemetry. Lives longer than a session: a restart loses no count. */
export class PathCounters {
  readonly #streams = new Map<string, number>();
  readonly #sources = new Map<string, SourceCount>();
  readonly #latency = new SketchRecorder();
  readonly #deepest = new Map<string, { depth: number; limit: number }>();
  readonly stages = new StageTimes();
  detections = 0;
  deadLetters = 0;
  stored = 0;

  input(batch: EventBatch): void {
    const count = this.#sources.get(batch.source) ?? { received: 0, refused: 0 };
    count.received += batch.rows.length;
    count.refused += batch.refused.length;
    this.#sources.set(batch.source, count);
  }

  events(stream: string, count: number): void {
    this.#streams.set(stream, (this.#streams.get(stream) ?? 0) + count);
  }

  /** How long `rows` events took from their arrival to the store. */
  latency(microseconds: number, rows: number): void {
    this.#latency.add(microseconds, rows);
  }

  depth(name: string, depth: number, limit: number): void {
    const deepest = this.#deepest.get(name)?.depth ?? 0;
    this.#deepest.set(name, { depth: Math.max(depth, deepest), limit });
  }

  /** Counts since the last call. `sources` says which there are, and how they are. */
  take(sources: readonly { id: string; paused: boolean; lag?: number }[]): Pick<Telemetry, 'streams' | 'sources' | 'latencyUs' | 'queues' | 'detections' | 'deadLetters' | 'stored'> {
    const taken = {
      streams: [...this.#streams].slice(0, 256).map(([stream, events]) => ({ stream, events })),
      sources: sources.slice(0, 64).map(({ id, paused, lag }) => ({ id, ...(this.#sources.get(id) ?? { received: 0, refused: 0 }), paused, ...(lag !== undefined && { lag }) })),
      latencyUs: this.#latency.take(),
      queues: [...this.#deepest].map(([name, { depth, limit }]) => ({ name, depth, limit })),
      detections: this.detections,
      deadLetters: this.deadLetters,
      stored: this.stored,
    };
    this.#streams.clear();
    this.#sources.clear();
    this.#deepest.clear();
    this.detections = this.deadLetters = this.stored = 0;
    return taken;
  }
}
