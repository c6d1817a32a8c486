import type { Report } from '@selvedge/edge-runtime/protocol';
import { Batcher } from '../kernel/batcher.ts';
import type { Deps } from '../kernel/deps.ts';
import { nodesReported } from '../nodes/index.ts';

interface Reported {
  readonly organizationId: string;
  readonly id: string;
  readonly report: Report;
}

const batchMax = 200;

/** Writes what nodes report: in a rollout, and after an outage, all of them have something to say at the same time. */
export class Reports {
  readonly #writer: Batcher<Reported, undefined>;

  constructor(deps: Deps) {
    this.#writer = new Batcher(batchMax, async (reported) => {
      for (const [organizationId, reports] of Map.groupBy(reported, (one) => one.organizationId)) await nodesReported(deps, organizationId, reports, deps.ids.next());
      return reported.map(() => undefined);
    });
  }

  /** Resolves when the report is in the database. A connection has one under way at a time, so no node is twice in a batch. */
  async add(organizationId: string, id: string, report: Report): Promise<void> {
    await this.#writer.add({ organizationId, id, report });
  }
}
