import type { Row } from './parts.ts';
import type { SimulatedFleets } from './simulated-fleets.ts';
import type { SimulatedRollout } from './simulated-rollout.ts';

/** The database as it was at some time: between rollouts, so that nothing of one is under way in it. */
export class Backup {
  readonly rollout: SimulatedRollout | undefined;
  readonly #rows: ReadonlyMap<string, Row>;
  readonly #runs: SimulatedFleets['runs'];

  constructor(rows: ReadonlyMap<string, Row>, fleets: SimulatedFleets, rollout: SimulatedRollout | undefined) {
    this.rollout = rollout;
    this.#rows = new Map([...rows].map(([node, row]) => [node, { ...row }]));
    this.#runs = new Map(fleets.runs);
  }

  restoreInto(rows: ReadonlyMap<string, Row>, fleets: SimulatedFleets): void {
    for (const [node, row] of rows) Object.assign(row, this.#rows.get(node));
    for (const [fleet, runs] of this.#runs) fleets.runs.set(fleet, runs);
    for (const row of rows.values()) fleets.settle(row, row.fleetSince);
  }
}
