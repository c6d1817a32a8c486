/*
 * Tables as they stood at a moment, to stand in a FROM in place of the tables: the same columns, the organization as $1. A node costs
 * one descent of an index, whatever its history; a fleet the nodes that it claimed then or since.
 */

/** `fleet` is the placeholder of a fleet's id, of which only those are read that it claimed, among them all that were in it. `fleetNow` is where each node is today, by which it is in reach. */
export function nodesAsOf(at: number, fleet?: string): string {
  const claimed = `node_claims AS c JOIN nodes AS n ON n.id = c."nodeId" AND c."fleetId" = ${fleet} AND c.until > ${moment(at)} AND c.since <= ${moment(at)}`;
  return `(SELECT n.id, k."publicKey", k.fingerprint, k."keySince", CASE WHEN n."keyRevokedAt" <= ${moment(at)} THEN n."keyRevokedAt" END AS "keyRevokedAt", n."enrolledAt", n."fleetId" AS "fleetNow", s."organizationId", s.name, s.labels, s."fleetId", s."claimedBy",
      s."revokedAt", s."connectedSince", s."desiredGeneration", s."desiredBundle", s."desiredAt", s."observedGeneration", s."reportedBundle",
      s.health, s."healthReason", s."healthMessage", s."healthSince", s.sync, s."syncReason", s."syncMessage", s."syncSince",
      s."quarantinedAt", s."quarantinedBy", s."quarantinedBecause", s."agentVersion",
      CASE WHEN s."connectedSince" IS NULL THEN s."disconnectedAt" ELSE ${moment(at)} END AS "lastSeenAt"
    FROM ${fleet === undefined ? 'nodes AS n' : claimed} CROSS JOIN LATERAL (SELECT * FROM node_states WHERE "nodeId" = n.id AND at <= ${moment(at)} ORDER BY at DESC LIMIT 1) AS s
      CROSS JOIN ${keysAsOf(at)} AS k
    WHERE n."organizationId" = $1)`;
}

/** The key by which a node was known: one that it has no more, or the one that it has. */
function keysAsOf(at: number): string {
  return `LATERAL (
      (SELECT "publicKey", fingerprint, since AS "keySince" FROM node_former_keys WHERE "nodeId" = n.id AND until > ${moment(at)} AND since <= ${moment(at)} ORDER BY until LIMIT 1)
      UNION ALL SELECT n."publicKey", n.fingerprint, n."keySince" LIMIT 1)`;
}

/** What the nodes of an alias had reported. */
export function reportsAsOf(at: number, nodes: string): string {
  return `LATERAL (SELECT report, "reportedAt", facts, gateway FROM node_reports WHERE "nodeId" = ${nodes}.id AND at <= ${moment(at)} ORDER BY at DESC LIMIT 1)`;
}

/** Without those that were removed before. */
export function fleetsAsOf(at: number): string {
  return `(SELECT * FROM (
      SELECT DISTINCT ON ("fleetId") "fleetId" AS id, "organizationId", name, selector, settings, version, bundle, "deployedAt", "createdAt", removed
      FROM fleet_states WHERE "organizationId" = $1 AND at <= ${moment(at)} ORDER BY "fleetId", at DESC) AS latest
    WHERE NOT removed)`;
}

function moment(at: number): string {
  return `'${new Date(at).toISOString()}'::timestamptz`;
}
