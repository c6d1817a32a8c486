import type { Report } from '@selvedge/edge-runtime/protocol';
import { Batcher } from '../kernel/batcher.ts';
import type { Deps } from '../kernel/deps.ts';
import { nodesReported } from '../nodes/index.ts';

/** A node's report that is not in the database yet. */
interface Waiting {
  readonly organizationId: string;
  readonly id: string;
  report: Report;
  written: Promise<void>;
}

const batchMax = 500;
/** Between two batches the writer rests for as long as the last one took; at most so long. */
const restMs = { min: 20, max: 500 } as const;
/** While nodes are told what to run, and for a moment after, it rests longer: what they are told goes before what they answer. */
const givingWay = { ms: 1_000, factor: 4, restMsMax: 1_500 } as const;

/**
 * Writes what nodes report: in a rollout, and after an outage, all of them have something to say at the same time.
 *
 * 1. A report says all that there is to say. One that still waits gives way to the node's next.
 * 2. A node has one report that waits and one that is being written, whatever it sends.
 */
export class Reports {
  readonly #deps: Deps;
  readonly #writer: Batcher<Waiting, undefined>;
  readonly #waiting = new Map<string, Waiting>();

  #givesWayUntil = 0;

  constructor(deps: Deps, signal: AbortSignal) {
    this.#deps = deps;
    const write = async (batch: readonly Waiting[]): Promise<undefined[]> => {
      for (const one of batch) if (this.#waiting.get(one.id) === one) this.#waiting.delete(one.id);
      for (const [organizationId, reports] of Map.groupBy(batch, (one) => one.organizationId)) await nodesReported(deps, organizationId, reports, deps.ids.next());
      return batch.map(() => undefined);
    };
    this.#writer = new Batcher(batchMax, write, async (tookMs) => {
      const rest = deps.clock.now() < this.#givesWayUntil ? Math.min(tookMs * givingWay.factor, givingWay.restMsMax) : Math.min(tookMs, restMs.max);
      if (tookMs > restMs.min) await deps.clock.sleep(rest, signal);
    });
  }

  /** Nodes are being told what to run: their first answers can wait, and most give way to the next. */
  giveWay(): void {
    this.#givesWayUntil = this.#deps.clock.now() + givingWay.ms;
  }

  /** Resolves when this report, or a later one of the node, is in the database. */
  add(organizationId: string, id: string, report: Report): Promise<void> {
    const before = this.#waiting.get(id);
    if (before !== undefined) {
      before.report = report;
      return before.written;
    }
    const waiting: Waiting = { organizationId, id, report, written: Promise.resolve() };
    this.#waiting.set(id, waiting);
    waiting.written = this.#writer.add(waiting);
    return waiting.written;
  }
}
