import { fleetsAsOf, nodesAsOf, reportsAsOf } from '../history/index.ts';
import type { Queryable } from '../kernel/db.ts';
import { fleetsOf } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import type { FleetRow } from './repository.ts';

/** What figures of fleets are read from, with the organization as $1. */
export interface FleetTables {
  nodes: string;
  /** To count them by status and quarantine. */
  statuses: string;
  /** Nodes with their reports. */
  reporting: string;
  fleets: string;
  /** The fleet by which a node is in reach: where it is now, with all of its past. */
  reach: string;
}

/** The tables, or what they held at a moment; of one fleet alone where its placeholder is given. */
export function fleetTables(at: number | undefined, fleet?: string): FleetTables {
  if (at === undefined) return { nodes: 'nodes', statuses: 'node_statuses AS nodes', reporting: 'nodes', fleets: 'fleets', reach: 'nodes."fleetId"' };
  const nodes = `${nodesAsOf(at, fleet)} AS nodes`;
  return { nodes, statuses: nodes, reporting: `${nodes} CROSS JOIN ${reportsAsOf(at, 'nodes')} AS said`, fleets: `${fleetsAsOf(at)} AS fleets`, reach: 'nodes."fleetNow"' };
}

/** Fleets as they were, of those in reach; all of them, one, or those whose names have a text in them. */
export async function findFleetsAt(db: Queryable, reach: Reach, at: number, { id, query }: { id?: string; query?: string | undefined }): Promise<PastFleet[]> {
  return db.$queryRawUnsafe<PastFleet[]>(
    `SELECT id, name, selector, settings, version, bundle, "deployedAt", "createdAt" FROM ${fleetsAsOf(at)} AS fleets
     WHERE ($2::text[] IS NULL OR id = ANY($2)) AND ($3::text IS NULL OR id = $3) AND ($4::text IS NULL OR position(lower($4) IN lower(name)) > 0)`,
    reach.organizationId,
    fleetsOf(reach),
    id ?? null,
    query ?? null,
  );
}

export type PastFleet = Pick<FleetRow, 'id' | 'name' | 'selector' | 'settings' | 'version' | 'bundle' | 'deployedAt' | 'createdAt'>;
