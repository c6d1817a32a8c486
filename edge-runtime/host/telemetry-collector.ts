import type { Clock } from '../kernel/clock.ts';
import { emptySketch, type Telemetry } from '../protocol/index.ts';
import type { OutboxMeasure } from '../sync/outbox.ts';
import type { PathTelemetry } from './event-path-contract.ts';
import { mergeTelemetry } from './telemetry.ts';

export interface TelemetryCollectorOptions {
  readonly clock: Clock;
  /** What the running path counted since it was last asked; undefined while none runs. */
  readonly takePath: () => Promise<PathTelemetry | undefined>;
  readonly measureOutbox: () => Promise<OutboxMeasure>;
  readonly takeLost: () => number;
  /** False when the link does not take it now. */
  readonly send: (telemetry: Telemetry) => boolean;
}

/** Past this the arrays of an interval grow no more while there is no link: what a message may hold. */
const LIMITS = { streams: 256, sources: 64, models: 100, queues: 32 } as const;

/**
 * Counts what happens on the node: since its start for whoever scrapes it, and since the last message for the control
 * plane. What could not be sent is merged into the next, so an interval without a link is one long interval and none is lost.
 */
export class TelemetryCollector {
  readonly #options: TelemetryCollectorOptions;
  #from: number;
  #cpu = process.cpuUsage();
  #unsent: Telemetry | undefined;
  #total: Telemetry | undefined;

  constructor(options: TelemetryCollectorOptions) {
    this.#options = options;
    this.#from = options.clock.now();
  }

  /** Everything since the agent started; undefined before the first interval. */
  get total(): Telemetry | undefined {
    return this.#total;
  }

  async collect(): Promise<void> {
    const telemetry = await this.#take();
    this.#total = this.#total === undefined ? telemetry : bounded(mergeTelemetry(this.#total, telemetry));
    const whole = this.#unsent === undefined ? telemetry : bounded(mergeTelemetry(this.#unsent, telemetry));
    this.#unsent = this.#options.send(whole) ? undefined : whole;
  }

  async #take(): Promise<Telemetry> {
    const { clock, takePath, measureOutbox, takeLost } = this.#options;
    const counted = await takePath().catch(() => undefined);
    const measured = await measureOutbox().catch((): OutboxMeasure => ({ records: 0, bytes: 0, oldestAt: undefined }));
    const now = clock.now();
    const used = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    const cpuShare = (used.user + used.system) / Math.max(1, (now - this.#from) * 1000);
    const from = this.#from;
    this.#from = now;
    const path = counted ?? { streams: [], sources: [], models: [], detections: 0, actions: 0, deadLetters: 0, stored: 0, latencyUs: emptySketch(), queues: [], process: { storeBytes: 0 } };
    return {
      ...path,
      from,
      to: Math.max(from, now),
      buffer: { records: measured.records, bytes: measured.bytes, lost: takeLost(), ...(measured.oldestAt === undefined ? {} : { oldestAt: measured.oldestAt }) },
      process: { cpuShare, rssBytes: process.memoryUsage.rss(), storeBytes: path.process.storeBytes },
    };
  }
}

function bounded(telemetry: Telemetry): Telemetry {
  const { streams, sources, models, queues } = telemetry;
  return { ...telemetry, streams: streams.slice(-LIMITS.streams), sources: sources.slice(-LIMITS.sources), models: models.slice(-LIMITS.models), queues: queues.slice(-LIMITS.queues) };
}
