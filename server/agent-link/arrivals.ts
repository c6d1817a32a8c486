import type { Deps } from '../kernel/deps.ts';
import { nodesConnected } from '../nodes/index.ts';
import type { Arrival } from '../nodes/index.ts';

type Waiting = Arrival & { organizationId: string; resolve: (since: number | null) => void; reject: (error: unknown) => void };

const batchMax = 200;

/**
 * Writes that connections stand. What arrives while a write is under way goes into the next one: a node that comes alone does
 * not wait, and after an outage a thousand that come together take a few transactions and not a thousand.
 */
export class Arrivals {
  readonly #deps: Deps;
  #waiting: Waiting[] = [];
  #writing = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Resolves with since when the connection stands; null when the node was revoked. */
  async add(organizationId: string, arrival: Arrival): Promise<number | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...arrival, organizationId, resolve, reject });
      if (!this.#writing) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, batchMax);
      for (const [organizationId, arrivals] of Map.groupBy(batch, (arrival) => arrival.organizationId)) {
        try {
          const since = await nodesConnected(this.#deps, organizationId, arrivals.map(({ id, instance, agentVersion, facts, gateway }) => ({ id, instance, agentVersion, facts, gateway })), this.#deps.ids.next());
          for (const arrival of arrivals) arrival.resolve(since.get(arrival.id) ?? null);
        } catch (error) {
          for (const arrival of arrivals) arrival.reject(error);
        }
      }
    }
    this.#writing = false;
  }
}
