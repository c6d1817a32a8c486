import type { Queryable } from '../kernel/db.ts';

/**
 * Removes at most `limit` rows that nothing since `before` needs; returns how many. Of each node and fleet the last row before then stays:
 * it is what stood at that moment.
 */
export async function deleteHistoryBefore(db: Queryable, before: Date, limit: number): Promise<number> {
  const states = await db.$executeRaw`
    DELETE FROM node_states WHERE ("nodeId", at) IN (
      SELECT old."nodeId", old.at FROM node_states AS old
      WHERE old.at < ${before} AND EXISTS (SELECT FROM node_states AS later WHERE later."nodeId" = old."nodeId" AND later.at > old.at AND later.at <= ${before})
      ORDER BY old.at LIMIT ${limit})`;
  const reports = await db.$executeRaw`
    DELETE FROM node_reports WHERE ("nodeId", at) IN (
      SELECT old."nodeId", old.at FROM node_reports AS old
      WHERE old.at < ${before} AND EXISTS (SELECT FROM node_reports AS later WHERE later."nodeId" = old."nodeId" AND later.at > old.at AND later.at <= ${before})
      ORDER BY old.at LIMIT ${limit})`;
  const claims = await db.$executeRaw`
    DELETE FROM node_claims WHERE ("nodeId", "fleetId", since) IN (SELECT "nodeId", "fleetId", since FROM node_claims WHERE until < ${before} ORDER BY until LIMIT ${limit})`;
  const fleets = await db.$executeRaw`
    DELETE FROM fleet_states WHERE ("fleetId", at) IN (
      SELECT old."fleetId", old.at FROM fleet_states AS old
      WHERE old.at < ${before} AND (old.removed OR EXISTS (SELECT FROM fleet_states AS later WHERE later."fleetId" = old."fleetId" AND later.at > old.at AND later.at <= ${before}))
      ORDER BY old.at LIMIT ${limit})`;
  return states + reports + claims + fleets;
}
