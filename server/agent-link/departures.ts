import type { Deps } from '../kernel/deps.ts';
import { nodesDisconnected } from '../nodes/index.ts';

type Departure = { organizationId: string; id: string; connectedSince: number; lastSeenAt: number };

const batchMax = 500;
const retryMs = 1_000;

/**
 * Writes that connections ended. What ends while a write is under way goes into the next one, so that a thousand nodes
 * that lose the network together take a few statements and one node takes no waiting.
 */
export class Departures {
  readonly #deps: Deps;
  #waiting: Departure[] = [];
  #writing: Promise<void> | undefined;
  #isStopped = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  add(departure: Departure): void {
    if (this.#isStopped) return;
    this.#waiting.push(departure);
    this.#writing ??= this.#writeAll();
  }

  /**
   * From here on connections end because this process does. Their nodes come back to another one, or to the next, within moments, and a rollout must not
   * go on meanwhile as if they were away; of those that do not, their missing heartbeats tell.
   */
  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves when every departure so far is written, or given up because the database is away and the process ends. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    let failures = 0;
    while (this.#waiting.length > 0 && failures < 3) {
      const batch = this.#waiting.splice(0, batchMax);
      try {
        for (const [organizationId, nodes] of Map.groupBy(batch, (departure) => departure.organizationId)) {
          await nodesDisconnected(this.#deps, organizationId, nodes, this.#deps.ids.next());
        }
      } catch (error) {
        failures++;
        this.#deps.logger.warn({ err: error, nodes: batch.length }, 'departures were not written');
        this.#waiting.unshift(...batch);
        await this.#deps.clock.sleep(retryMs, new AbortController().signal);
      }
    }
    // What is given up is found by its missing heartbeats.
    this.#waiting = failures < 3 ? this.#waiting : [];
    this.#writing = undefined;
  }
}
