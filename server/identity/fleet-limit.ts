import type { Queryable } from '../kernel/db.ts';
import { notFound } from '../kernel/errors.ts';
import { findFleetNames } from './repository.ts';

/** A limit to fleets as it is kept, none for the whole organization, and as the audit says it. */
export interface FleetLimit {
  fleetIds: string[];
  said: 'all' | string[];
}

/** What somebody is to be limited to. Throws NotFound for a fleet that the organization does not have; one that is `kept` may be gone. */
export async function limitTo(db: Queryable, organizationId: string, fleets: 'all' | readonly string[], kept = false): Promise<FleetLimit> {
  if (fleets === 'all') return { fleetIds: [], said: 'all' };
  const fleetIds = [...new Set(fleets)].sort();
  const names = await findFleetNames(db, organizationId, fleetIds);
  const missing = fleetIds.find((id) => !names.has(id));
  if (missing !== undefined && !kept) throw notFound('fleet', missing);
  return { fleetIds, said: fleetIds.map((id) => names.get(id) ?? id) };
}
