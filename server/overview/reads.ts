import type { Queryable } from '../kernel/db.ts';
import { latestDetections } from '../detections/index.ts';
import { summarizeNodes } from '../nodes/index.ts';
import { readLatest, sumEvents } from '../telemetry/index.ts';
import type { TelemetryNow } from '../telemetry/schema.ts';
import { needsOf } from './needs.ts';
import type { Overview } from './schema.ts';

const dayMs = 86_400_000;
const underWay = ['Progressing', 'Paused', 'Suspended', 'RollingBack'] as const;

/** The first page: about a dozen small statements, none of which reads every node but the two that count them. `present` is the moment, as nodes tell of it. */
export async function readOverview(db: Queryable, organizationId: string, now: number, present: TelemetryNow): Promise<Overview> {
  const today = new Date(now);
  today.setUTCHours(0, 0, 0, 0);
  const [nodes, latest, eventsToday, lost, rollouts, detections, changes24h, counts, waiting] = await Promise.all([
    summarizeNodes(db, organizationId),
    readLatest(db, [organizationId], now),
    sumEvents(db, organizationId, today.getTime()),
    db.node.aggregate({ where: { organizationId }, _sum: { recordsLost: true } }),
    readRollouts(db, organizationId),
    latestDetections(db, organizationId, 10),
    readChanges(db, organizationId, new Date(now - dayMs)),
    readCounts(db, organizationId, new Date(now - dayMs)),
    readWaiting(db, organizationId),
  ]);
  return {
    nodes,
    rates: { events: present.events, predictions: present.predictions, p50Us: present.latency.p50, p99Us: present.latency.p99 },
    lost: Number(lost._sum.recordsLost ?? 0),
    buffered: { records: present.buffered, oldestAt: latest.get(organizationId)?.oldestAt ?? null },
    eventsToday,
    rollouts,
    needs: needsOf({ ...waiting, stopped: rollouts.filter((rollout) => rollout.state === 'Paused' || rollout.state === 'Suspended') }),
    latestDetections: detections,
    changes24h,
    counts: { ...counts, nodes: nodes.total, deployments: rollouts.length },
  };
}

async function readRollouts(db: Queryable, organizationId: string): Promise<Overview['rollouts']> {
  const rows = await db.deployment.findMany({
    where: { organizationId, state: { in: [...underWay] } },
    select: { id: true, fleetName: true, state: true, startedAt: true },
    orderBy: { id: 'desc' },
    take: 20,
  });
  if (rows.length === 0) return [];
  const counted = await db.deploymentNode.groupBy({ by: ['deploymentId', 'state'], where: { deploymentId: { in: rows.map((row) => row.id) } }, _count: { _all: true } });
  return rows.map((row) => {
    const nodes = { total: 0, running: 0, failed: 0 };
    for (const { deploymentId, state, _count } of counted) {
      if (deploymentId !== row.id) continue;
      nodes.total += _count._all;
      if (state === 'Running') nodes.running += _count._all;
      if (state === 'Failed') nodes.failed += _count._all;
    }
    return { id: row.id, fleet: row.fleetName, state: row.state, startedAt: row.startedAt.getTime(), nodes };
  });
}

async function readChanges(db: Queryable, organizationId: string, since: Date): Promise<Overview['changes24h']> {
  const rows = await db.auditEntry.findMany({
    where: { organizationId, at: { gte: since }, outcome: 'done' },
    select: { at: true, actorName: true, action: true, objectKind: true, objectId: true, objectName: true },
    orderBy: { sequence: 'desc' },
    take: 12,
  });
  return rows.map((row) => ({ at: row.at.getTime(), actor: row.actorName, action: row.action, object: { kind: row.objectKind, id: row.objectId, name: row.objectName } }));
}

async function readCounts(db: Queryable, organizationId: string, since: Date): Promise<Omit<Overview['counts'], 'nodes' | 'deployments'>> {
  const [fleets, rules, models, enrollments, detections, alerts] = await Promise.all([
    db.fleet.count({ where: { organizationId } }),
    db.rule.count({ where: { organizationId } }),
    db.model.count({ where: { organizationId } }),
    db.enrollmentRequest.count({ where: { organizationId, state: 'Pending' } }),
    db.detection.count({ where: { organizationId, at: { gte: since } } }),
    db.alert.count({ where: { organizationId, state: 'Open' } }),
  ]);
  return { fleets, rules, models, enrollments, detections, alerts };
}

/** What stands still until a person looks. Examples are few; the numbers are exact. */
async function readWaiting(db: Queryable, organizationId: string) {
  const example = { select: { id: true, name: true }, orderBy: { name: 'asc' }, take: 3 } as const;
  const [requests, failed, failedNodes, quarantined, quarantinedNodes, overlapping] = await Promise.all([
    db.enrollmentRequest.findMany({ where: { organizationId, state: 'Pending' }, select: { name: true }, orderBy: { id: 'asc' }, take: 3 }),
    db.node.count({ where: { organizationId, revokedAt: null, sync: 'Failed' } }),
    db.node.findMany({ where: { organizationId, revokedAt: null, sync: 'Failed' }, ...example }),
    db.node.count({ where: { organizationId, revokedAt: null, quarantinedAt: { not: null } } }),
    db.node.findMany({ where: { organizationId, revokedAt: null, quarantinedAt: { not: null } }, ...example }),
    db.$queryRaw<{ id: string; name: string; nodes: number }[]>`
      SELECT fleets.id, fleets.name, count(*)::int AS nodes FROM nodes CROSS JOIN LATERAL unnest("claimedBy") AS claim(fleet) JOIN fleets ON fleets.id = claim.fleet
      WHERE nodes."organizationId" = ${organizationId} AND cardinality("claimedBy") > 1 GROUP BY 1, 2 ORDER BY 2 LIMIT 3`,
  ]);
  const pending = await db.enrollmentRequest.count({ where: { organizationId, state: 'Pending' } });
  return { pending, requests: requests.map((request) => request.name), failed, failedNodes, quarantined, quarantinedNodes, overlapping };
}
