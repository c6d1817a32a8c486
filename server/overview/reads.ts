import type { Queryable } from '../kernel/db.ts';
import { waitingForSignatures } from '../bundles/index.ts';
import { lastStops, readUnderWay } from '../deployments/index.ts';
import { latestDetections } from '../detections/index.ts';
import { summarizeNodes } from '../nodes/index.ts';
import { fleetsOf, inReach } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { readLatest, scopeIds, sumEvents } from '../telemetry/index.ts';
import type { TelemetryNow } from '../telemetry/schema.ts';
import { foldChanges } from './changes.ts';
import { needsOf } from './needs.ts';
import type { Overview } from './schema.ts';

const dayMs = 86_400_000;

/** The first page: under twenty small statements, none of which reads every node but the two that count them. `present` is the moment, as nodes tell of it. */
export async function readOverview(db: Queryable, reach: Reach, now: number, present: TelemetryNow): Promise<Overview> {
  const scopes = scopeIds(reach, { kind: 'all' });
  const today = new Date(now);
  today.setUTCHours(0, 0, 0, 0);
  const [nodes, latest, eventsToday, lost, rollouts, detections, changes24h, counts, waiting] = await Promise.all([
    summarizeNodes(db, reach, now),
    readLatest(db, scopes, now),
    sumEvents(db, reach, today.getTime()),
    db.node.aggregate({ where: inReach(reach), _sum: { recordsLost: true } }),
    readRollouts(db, reach, now),
    latestDetections(db, reach, 10),
    readChanges(db, reach, new Date(now - dayMs)),
    readCounts(db, reach, new Date(now - dayMs)),
    readWaiting(db, reach, now),
  ]);
  const stopped = rollouts.filter((rollout) => rollout.state === 'Paused' || rollout.state === 'Suspended');
  const [unsigned, stops] = await Promise.all([waitingForSignatures(db, reach, rollouts), lastStops(db, stopped.map(({ id }) => id))]);
  const oldest = [...latest.values()].flatMap(({ oldestAt }) => oldestAt ?? []);
  return {
    nodes,
    rates: { events: present.events, predictions: present.predictions, p50Us: present.latency.p50, p99Us: present.latency.p99 },
    lost: Number(lost._sum.recordsLost ?? 0),
    buffered: { records: present.buffered, oldestAt: oldest.length === 0 ? null : Math.min(...oldest) },
    eventsToday,
    rollouts,
    needs: needsOf({ ...waiting, pending: counts.enrollments, unsigned, failed: nodes.bySync.Failed, quarantined: nodes.quarantined, stopped: stopped.map((rollout) => ({ rollout, by: stops.get(rollout.id) ?? null })) }),
    latestDetections: detections,
    changes24h,
    counts: { ...counts, nodes: nodes.total, deployments: rollouts.length },
  };
}

async function readRollouts(db: Queryable, reach: Reach, now: number): Promise<Overview['rollouts']> {
  const rollouts = await readUnderWay(db, reach, now);
  return rollouts.map(({ id, fleet, state, startedAt, eta, wave, nodes: { total, running, failed } }) => ({ id, fleet: fleet.name, state, startedAt, eta, wave, nodes: { total, running, failed } }));
}

type ChangeRow = { at: Date; actorName: string; action: string; objectKind: string; objectId: string; objectName: string; state: string | null };

/** Entries that are looked through for the changes that are shown: a fleet that joins is one of them, and may be hundreds. */
const changesReadMax = 500;

/** Who signs in changes nothing. For who is limited to fleets: what was done to these, and to their nodes and deployments. */
async function readChanges(db: Queryable, reach: Reach, since: Date): Promise<Overview['changes24h']> {
  const fleets = fleetsOf(reach);
  const rows = await db.$queryRaw<ChangeRow[]>`
    SELECT at, "actorName", action, "objectKind", "objectId", "objectName", after ->> 'state' AS state FROM audit_entries AS entry
    WHERE "organizationId" = ${reach.organizationId} AND at >= ${since} AND outcome = 'done' AND action NOT LIKE 'session.%' AND (${fleets}::text[] IS NULL
      OR ("objectKind" = 'fleet' AND "objectId" = ANY(${fleets}))
      OR ("objectKind" = 'node' AND EXISTS (SELECT 1 FROM nodes WHERE nodes.id = entry."objectId" AND nodes."fleetId" = ANY(${fleets})))
      OR ("objectKind" = 'deployment' AND EXISTS (SELECT 1 FROM deployments WHERE deployments.id = entry."objectId" AND deployments."fleetId" = ANY(${fleets}))))
    ORDER BY sequence DESC LIMIT ${changesReadMax}`;
  return foldChanges(rows.map((row) => ({ at: row.at.getTime(), actor: row.actorName, action: row.action, state: row.state, object: { kind: row.objectKind, id: row.objectId, name: row.objectName } })));
}

/** One statement, which counts in indexes alone. Nodes that ask to join belong to no fleet yet. */
async function readCounts(db: Queryable, reach: Reach, since: Date): Promise<Omit<Overview['counts'], 'nodes' | 'deployments'>> {
  const { organizationId } = reach;
  const fleets = fleetsOf(reach);
  const [row] = await db.$queryRaw<Omit<Overview['counts'], 'nodes' | 'deployments'>[]>`
    SELECT (SELECT count(*) FROM fleets WHERE "organizationId" = ${organizationId} AND (${fleets}::text[] IS NULL OR id = ANY(${fleets})))::int AS fleets,
      (SELECT count(*) FROM rules WHERE "organizationId" = ${organizationId})::int AS rules,
      (SELECT count(*) FROM models WHERE "organizationId" = ${organizationId})::int AS models,
      (SELECT count(*) FROM enrollment_requests WHERE "organizationId" = ${organizationId} AND state = 'Pending' AND ${fleets}::text[] IS NULL)::int AS enrollments,
      (SELECT count(*) FROM detections WHERE "organizationId" = ${organizationId} AND at >= ${since} AND (${fleets}::text[] IS NULL OR "fleetId" = ANY(${fleets})))::int AS detections,
      (SELECT count(*) FROM alerts WHERE "organizationId" = ${organizationId} AND state = 'Open' AND (${fleets}::text[] IS NULL OR "fleetId" = ANY(${fleets})))::int AS alerts`;
  if (row === undefined) throw new Error('counting gave no row');
  return row;
}

/** Repositories keep what belongs to the whole organization. */
function findWaitingRepositories(db: Queryable, organizationId: string) {
  return db.gitRepository.findMany({
    where: { organizationId, OR: [{ readProblem: { not: null } }, { applyProblem: { not: null } }, { drifted: { gt: 0 }, selfHeal: false }, { pending: { gt: 0 }, autoSync: false }] },
    select: { id: true, name: true, readProblem: true, applyProblem: true, pending: true, drifted: true }, orderBy: { name: 'asc' }, take: 3,
  });
}

/** Alerts that nobody has taken on, the weightiest first: but for those of which the rollout, the nodes or the repository stand in the list themselves. */
function findOpenAlerts(db: Queryable, reach: Reach, now: number) {
  return db.alert.findMany({
    where: { AND: [inReach(reach), { OR: [{ mutedUntil: null }, { mutedUntil: { lte: new Date(now) } }] }], state: 'Open', severity: { not: 'info' }, source: { notIn: ['rolloutSuspended', 'rolloutWaiting', 'nodesQuarantined', 'repositoryFailing', 'repositoryDrifted'] } },
    select: { id: true, source: true, title: true, severity: true, count: true, detail: true },
    orderBy: [{ severity: 'desc' }, { lastAt: 'desc' }], take: 5,
  });
}

/** What stands still until a person looks, but for what nodes and rollouts say themselves. Examples are few; the numbers are exact. */
async function readWaiting(db: Queryable, reach: Reach, now: number) {
  const { organizationId } = reach;
  const fleets = fleetsOf(reach);
  const example = { select: { id: true, name: true }, orderBy: { name: 'asc' }, take: 3 } as const;
  const [requests, alerts, failedNodes, quarantinedNodes, repositories, overlapping] = await Promise.all([
    fleets === null ? db.enrollmentRequest.findMany({ where: { organizationId, state: 'Pending' }, select: { name: true }, orderBy: { id: 'asc' }, take: 3 }) : [],
    findOpenAlerts(db, reach, now),
    db.$queryRaw<{ id: string; name: string }[]>`
      SELECT nodes.id, nodes.name FROM node_statuses s JOIN nodes ON nodes.id = s."nodeId"
      WHERE s."organizationId" = ${organizationId} AND s.sync = 'Failed' AND s."revokedAt" IS NULL AND (${fleets}::text[] IS NULL OR s."fleetId" = ANY(${fleets})) ORDER BY nodes.name LIMIT 3`,
    db.node.findMany({ where: { ...inReach(reach), revokedAt: null, quarantinedAt: { not: null } }, ...example }),
    fleets === null ? findWaitingRepositories(db, organizationId) : [],
    db.$queryRaw<{ id: string; name: string; nodes: number }[]>`
      SELECT fleets.id, fleets.name, count(*)::int AS nodes FROM nodes CROSS JOIN LATERAL unnest("claimedBy") AS claim(fleet) JOIN fleets ON fleets.id = claim.fleet
      WHERE nodes."organizationId" = ${organizationId} AND cardinality("claimedBy") > 1 AND (${fleets}::text[] IS NULL OR fleets.id = ANY(${fleets})) GROUP BY 1, 2 ORDER BY 2 LIMIT 3`,
  ]);
  return {
    alerts, requests: requests.map((request) => request.name), failedNodes, quarantinedNodes, overlapping,
    repositories: repositories.map(({ readProblem, applyProblem, ...row }) => ({ ...row, problem: readProblem ?? applyProblem })),
  };
}
