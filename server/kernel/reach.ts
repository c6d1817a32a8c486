/** What of an organization somebody reaches: all of it, or only what belongs to some of its fleets. Every actor is one. */
export interface Reach {
  organizationId: string;
  /** Ids of fleets; those that are gone since mean nothing. */
  fleets: 'all' | readonly string[];
}

/** All of an organization: for what the control plane does by itself. */
export function wholeOf(organizationId: string): Reach {
  return { organizationId, fleets: 'all' };
}

/** What is kept of a reach: the ids of its fleets, none for the whole organization. */
export function reachOf(organizationId: string, fleetIds: readonly string[]): Reach {
  return { organizationId, fleets: fleetIds.length === 0 ? 'all' : fleetIds };
}

/** The condition on rows that carry the fleet they belong to; what belongs to none is for who reaches everything. Filters go beside it, never over it. */
export function inReach({ organizationId, fleets }: Reach): { organizationId: string; fleetId?: { in: string[] } } {
  return fleets === 'all' ? { organizationId } : { organizationId, fleetId: { in: [...fleets] } };
}

/** The condition on fleets themselves. */
export function fleetsInReach({ organizationId, fleets }: Reach): { organizationId: string; id?: { in: string[] } } {
  return fleets === 'all' ? { organizationId } : { organizationId, id: { in: [...fleets] } };
}

/** The same as a parameter of a statement, null where nothing is limited: `(${fleets}::text[] IS NULL OR "fleetId" = ANY(${fleets}))`. */
export function fleetsOf({ fleets }: Reach): string[] | null {
  return fleets === 'all' ? null : [...fleets];
}

/** Whether what belongs to this fleet, or to none, is in reach. */
export function reaches({ fleets }: Reach, fleetId: string | null): boolean {
  return fleets === 'all' || (fleetId !== null && fleets.includes(fleetId));
}
