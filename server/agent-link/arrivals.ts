import { Batcher } from '../kernel/batcher.ts';
import type { Deps } from '../kernel/deps.ts';
import { nodesConnected } from '../nodes/index.ts';
import type { Arrival } from '../nodes/index.ts';

type Arrived = Arrival & { organizationId: string };

const batchMax = 200;

/** Writes that connections stand: after an outage a thousand come together. */
export class Arrivals {
  readonly #batcher: Batcher<Arrived, number | null>;

  constructor(deps: Deps) {
    this.#batcher = new Batcher(batchMax, async (arrived) => {
      const since = new Map<string, number>();
      for (const [organizationId, arrivals] of Map.groupBy(arrived, (one) => one.organizationId)) {
        for (const [id, at] of await nodesConnected(deps, organizationId, arrivals.map(({ id, instance, agentVersion, facts, gateway }) => ({ id, instance, agentVersion, facts, gateway })), deps.ids.next())) since.set(id, at);
      }
      return arrived.map(({ id }) => since.get(id) ?? null);
    });
  }

  /** Resolves with since when the connection stands; null when the node was revoked. */
  add(organizationId: string, arrival: Arrival): Promise<number | null> {
    return this.#batcher.add({ ...arrival, organizationId });
  }
}
