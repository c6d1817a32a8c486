import { fleetsAsOf, nodesAsOf } from '../history/index.ts';

/** What lists of nodes are read from, with the organization as $1. */
export interface NodeTables {
  /** To count by anything. */
  nodes: string;
  /** To count by fleet, status and quarantine. */
  statuses: string;
  /** The condition by which nodes of these statuses are found; `values` is the placeholder of their names, cast in one step, or Postgres could not tell how few they are. */
  having(status: 'health' | 'sync', values: string): string;
  /** To show: with the fleet of each, and when it was last heard of. */
  listed: string;
  /** With their names. */
  fleets: string;
  /** The fleet by which a node is in reach: where it is now, with all of its past. */
  reach: string;
}

const present: NodeTables = {
  nodes: 'nodes',
  statuses: '(SELECT "nodeId" AS id, "organizationId", "fleetId", health, sync, "quarantinedAt", "revokedAt" FROM node_statuses) AS nodes',
  having: (status, values) => `nodes.id IN (SELECT "nodeId" FROM node_statuses WHERE "organizationId" = $1 AND ${status} = ANY(${values}::node_${status}[]))`,
  listed: 'nodes LEFT JOIN fleets ON fleets.id = nodes."fleetId" LEFT JOIN node_heartbeats ON node_heartbeats."nodeId" = nodes.id',
  fleets: 'fleets',
  reach: 'nodes."fleetId"',
};

/** The tables, or what they held at a moment; of one fleet alone where its placeholder is given. */
export function nodeTables(at: number | undefined, fleet?: string): NodeTables {
  if (at === undefined) return present;
  const fleets = `${fleetsAsOf(at)} AS fleets`;
  const nodes = `${nodesAsOf(at, fleet)} AS nodes`;
  return {
    nodes,
    statuses: nodes,
    having: (status, values) => `nodes.${status} = ANY(${values}::node_${status}[])`,
    listed: `${nodes} LEFT JOIN ${fleets} ON fleets.id = nodes."fleetId" CROSS JOIN LATERAL (SELECT nodes."lastSeenAt") AS node_heartbeats`,
    fleets,
    reach: 'nodes."fleetNow"',
  };
}
