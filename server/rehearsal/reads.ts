import { labelsSchema } from '@selvedge/edge-runtime/protocol';
import { readActivations } from '../deployments/index.ts';
import type { Queryable } from '../kernel/db.ts';
import { sumNodes } from '../telemetry/index.ts';
import type { Twin } from './twin.ts';

const hourMs = 3_600_000;
const habitMs = 7 * 24 * hourMs;

/** What is known of the nodes of a plan; three statements and the telemetry, whatever their number. */
export async function readTwins(db: Queryable, organizationId: string, places: readonly { node: string; name: string; wave: number; bytes: number }[], now: number): Promise<Twin[]> {
  const ids = places.map(({ node }) => node);
  const since = new Date(now - habitMs);
  const [present, activations, absences, hours] = await Promise.all([
    db.node.findMany({ where: { organizationId, id: { in: ids } }, select: { id: true, connectedSince: true, labels: true } }),
    readActivations(db, ids),
    db.$queryRaw<{ node: string; outages: bigint; away: number }[]>`
      SELECT node, count(*) AS outages, sum(extract(epoch FROM least(coalesce(back, ${new Date(now)}::timestamptz), ${new Date(now)}::timestamptz) - at)::float8 * 1000) AS away FROM (
        SELECT "nodeId" AS node, reason, at, lead(at) OVER (PARTITION BY "nodeId" ORDER BY at) AS back
        FROM node_events WHERE "nodeId" = ANY(${ids}::text[]) AND at >= ${since} AND (reason = 'NoConnection' OR message LIKE 'Healthy:%' OR message LIKE 'Degraded:%')
      ) AS happened WHERE reason = 'NoConnection' GROUP BY node`,
    sumNodes(db, { organizationId, nodeIds: ids, stepSeconds: 60, from: now - hourMs, to: now, withLatency: true }),
  ]);
  const connected = new Set(present.filter((row) => row.connectedSince !== null).map((row) => row.id));
  const labels = new Map(present.map((row) => [row.id, labelsSchema.parse(row.labels)]));
  const habits = new Map(absences.map((row) => [row.node, { outages: Number(row.outages), awayMs: row.away }]));
  return places.map(({ bytes, ...place }) => {
    const [past, away] = [activations.get(place.node), habits.get(place.node)];
    return {
      ...place,
      fetches: bytes > 0,
      labels: labels.get(place.node) ?? {},
      connected: connected.has(place.node),
      activations: (past?.took ?? []).map(({ ms }) => ms),
      failShare: past === undefined ? 0 : past.failed / past.told,
      habit: away === undefined ? null : { upMs: Math.max(1000, (habitMs - away.awayMs) / away.outages), awayMs: Math.max(1000, away.awayMs / away.outages) },
      hour: hours.get(place.node) ?? null,
    };
  });
}
