import type { Labels } from '@selvedge/edge-runtime/protocol';
import type { RolloutPolicy } from '../deployments/schema.ts';
import { matchingFleets } from '../fleets/index.ts';
import type { Claim } from '../fleets/index.ts';
import { fleetOf } from '../fleets/membership.ts';
import type { Row } from './parts.ts';
import type { Release } from './release.ts';
import { chance, oneOf, type World } from './world.ts';

/** The fleet whose rollouts a history is about, and one beside it whose selector may name the same nodes. */
export const mainFleet = 'fleet';
const sideFleet = 'side';
const everybody = 'line=main';

/** Which fleets there are, which nodes they claim, and what they run. */
export class SimulatedFleets {
  #selector = everybody;
  /** What a fleet runs: nodes that come into it are given it, within the windows of the policy that decided it, and go back to it. */
  readonly runs = new Map<string, { readonly release: Release; readonly policy: RolloutPolicy | null }>();

  constructor([main, side = main]: readonly [Release, ...Release[]]) {
    this.runs.set(mainFleet, { release: main, policy: null });
    this.runs.set(sideFleet, { release: side, policy: null });
  }

  get claims(): Claim[] {
    return [{ id: mainFleet, name: mainFleet, selector: this.#selector }, { id: sideFleet, name: sideFleet, selector: 'spare=yes' }];
  }

  of(fleet: string): { readonly release: Release; readonly policy: RolloutPolicy | null } {
    const runs = this.runs.get(fleet);
    if (runs === undefined) throw new Error(`there is no fleet ${fleet}`);
    return runs;
  }

  /** A person lets the fleet name others; null names all again. */
  select(site: string | null): void {
    this.#selector = site === null ? everybody : `${everybody}, site=${site}`;
  }

  /** Puts a node where its labels belong; says whether that is another fleet than before. */
  settle(row: Row, now: number): boolean {
    const before = row.fleet;
    row.claimedBy = matchingFleets(this.claims, row.labels).map(({ id }) => id);
    row.fleet = fleetOf(before, row.claimedBy);
    if (row.fleet !== before) row.fleetSince = now;
    return row.fleet !== before;
  }
}

export const sites = ['north', 'south'] as const;

export function someLabels(world: World): Labels {
  return usualLabels({ site: oneOf(world, sites) });
}

/** With these a node is in the fleet, and no other one claims it. */
export function usualLabels({ site = sites[0] }: Labels): Labels {
  return { line: 'main', site };
}

/** Labels as a person may give them to a node: it leaves its fleet, another one claims it too, or it goes over to that. */
export function otherLabels(world: World): Labels {
  return { ...someLabels(world), ...(chance(world, 0.5) && { spare: 'yes' }), ...(chance(world, 0.5) && { line: 'none' }) };
}
