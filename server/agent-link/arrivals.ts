import { Batcher } from '../kernel/batcher.ts';
import type { Deps } from '../kernel/deps.ts';
import { nodesConnected } from '../nodes/index.ts';
import type { Arrival, Arrived } from '../nodes/index.ts';

type Arriving = Arrival & { organizationId: string };

const batchMax = 200;

/** Writes that connections stand: after an outage a thousand come together. */
export class Arrivals {
  readonly #batcher: Batcher<Arriving, Arrived | null>;

  constructor(deps: Deps) {
    this.#batcher = new Batcher(batchMax, async (arriving) => {
      const arrived = new Map<string, Arrived>();
      for (const [organizationId, arrivals] of Map.groupBy(arriving, (one) => one.organizationId)) {
        for (const [id, one] of await nodesConnected(deps, organizationId, arrivals.map(({ id, instance, agentVersion, facts, gateway }) => ({ id, instance, agentVersion, facts, gateway })), deps.ids.next())) arrived.set(id, one);
      }
      return arriving.map(({ id }) => arrived.get(id) ?? null);
    });
  }

  /** Resolves with since when the connection stands; null when the node was revoked. */
  add(organizationId: string, arrival: Arrival): Promise<Arrived | null> {
    return this.#batcher.add({ ...arrival, organizationId });
  }
}
