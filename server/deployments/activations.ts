import type { Queryable } from '../kernel/db.ts';

/** How many of a node's last activations are looked at. */
const activationsMax = 5;

/** What is known of how a node does what it is told. */
export interface Activations {
  /** From being told to reporting it, the last times, in milliseconds, with the bytes that its deployment had nodes fetch. */
  took: readonly { ms: number; bytes: number }[];
  /** How often it was told something of late, and failed at it. */
  told: number;
  failed: number;
}

/**
 * How long these nodes took the last times; of those that were never told anything there is none. Where a node waited for a window of its own,
 * its time tells how long it waited, and is left out.
 */
export async function readActivations(db: Queryable, nodeIds: readonly string[]): Promise<Map<string, Activations>> {
  const rows = await db.$queryRaw<{ node: string; took: number[] | null; bytes: number[] | null; told: number; failed: number }[]>`
    SELECT wanted.node, array_agg(d.ms) FILTER (WHERE d.ms IS NOT NULL) AS took, array_agg(d.bytes) FILTER (WHERE d.ms IS NOT NULL) AS bytes,
      count(*)::int AS told, count(*) FILTER (WHERE d.state = 'Failed')::int AS failed
    FROM unnest(${[...nodeIds]}::text[]) AS wanted(node)
    CROSS JOIN LATERAL (
      SELECT dn.state, (p.plan->>'bytesPerNode')::float8 AS bytes,
        CASE WHEN dn.state = 'Running' AND dn.since > dn."requestedAt" AND jsonb_array_length(coalesce(p.policy->'activateWindows', '[]')) + jsonb_array_length(coalesce(p.policy->'downloadWindows', '[]')) = 0
          THEN extract(epoch FROM dn.since - dn."requestedAt")::float8 * 1000 END AS ms
      FROM deployment_nodes dn JOIN deployments p ON p.id = dn."deploymentId"
      WHERE dn."nodeId" = wanted.node AND dn."requestedAt" IS NOT NULL ORDER BY dn."requestedAt" DESC LIMIT ${activationsMax}) AS d
    GROUP BY wanted.node`;
  return new Map(rows.map(({ node, took, bytes, told, failed }) => [node, { told, failed, took: (took ?? []).map((ms, index) => ({ ms, bytes: bytes?.[index] ?? 0 })) }]));
}
