import type { Clock } from '../kernel/clock.ts';
import { emptySketch, spreadAttributesMax, type Telemetry } from '../protocol/index.ts';
import type { OutboxMeasure } from '../sync/outbox.ts';
import type { PathTelemetry } from './path/contract.ts';
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
  #cpuFrom: number;
  #cpu = process.cpuUsage();
  #cpuShare = 0;
  #unsent: Telemetry | undefined;
  #total: Telemetry | undefined;

  constructor(options: TelemetryCollectorOptions) {
    this.#options = options;
    this.#from = options.clock.now();
    this.#cpuFrom = this.#from;
  }

  /** Everything since the agent started, until now. What it counts on the way stays part of the interval under way. */
  scrape(): Promise<Telemetry> {
    return this.#count();
  }

  /** Ends the interval under way and sends it; where the link does not take it, it goes on. */
  async collect(): Promise<void> {
    this.#measureCpu();
    await this.#count();
    if (this.#unsent !== undefined && this.#options.send(this.#unsent)) this.#unsent = undefined;
  }

  /** Adds what was counted since the last call to both sums in one step, so that a scrape within an interval takes nothing from it. */
  async #count(): Promise<Telemetry> {
    const { clock, takePath, measureOutbox, takeLost } = this.#options;
    const measured = await measureOutbox().catch((): OutboxMeasure => ({ records: 0, bytes: 0, oldestAt: undefined }));
    const counted = await takePath().catch(() => undefined);
    const from = this.#from;
    this.#from = Math.max(from, clock.now());
    const path: PathTelemetry = counted ?? { from, to: from, streams: [], sources: [], models: [], detections: 0, actions: 0, deadLetters: 0, stored: 0, latencyUs: emptySketch(), queues: [], process: { storeBytes: 0 } };
    const telemetry: Telemetry = {
      ...path,
      from,
      to: this.#from,
      buffer: { records: measured.records, bytes: measured.bytes, lost: takeLost(), ...(measured.oldestAt === undefined ? {} : { oldestAt: measured.oldestAt }) },
      process: { cpuShare: this.#cpuShare, rssBytes: process.memoryUsage.rss(), storeBytes: path.process.storeBytes },
    };
    this.#unsent = added(this.#unsent, telemetry);
    return (this.#total = added(this.#total, telemetry));
  }

  /** The share over whole intervals only: over the milliseconds between two scrapes it would say nothing. */
  #measureCpu(): void {
    const now = this.#options.clock.now();
    const used = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    this.#cpuShare = (used.user + used.system) / Math.max(1, (now - this.#cpuFrom) * 1000);
    this.#cpuFrom = now;
  }
}

function added(sum: Telemetry | undefined, telemetry: Telemetry): Telemetry {
  return sum === undefined ? telemetry : bounded(mergeTelemetry(sum, telemetry));
}

function bounded(telemetry: Telemetry): Telemetry {
  const { streams, sources, models, queues } = telemetry;
  return { ...telemetry, streams: streams.slice(-LIMITS.streams), sources: sources.slice(-LIMITS.sources), models: withFewSpreads(models.slice(-LIMITS.models)), queues: queues.slice(-LIMITS.queues) };
}

/** The newest models keep their spreads, as many as one node may tell of: a bundle that went may have had as many of its own. */
function withFewSpreads(models: readonly Telemetry['models'][number][]): Telemetry['models'] {
  let free = spreadAttributesMax;
  return models.toReversed().map(({ spreads = [], ...model }) => {
    const kept = spreads.slice(0, free);
    free -= kept.length;
    return kept.length === 0 ? model : { ...model, spreads: kept };
  }).toReversed();
}
