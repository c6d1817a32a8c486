import { nodesAsOf, requireKept } from '../history/index.ts';
import type { Queryable } from '../kernel/db.ts';
import { notFound } from '../kernel/errors.ts';
import { inReach } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { countsOf, estimateEnd } from './counts.ts';
import type { StateCount } from './counts.ts';
import { isUnderWay } from './policy.ts';
import { placeThen } from './past-place.ts';
import type { NodeThen, RolloutAround } from './past-place.ts';
import { courseUntil } from './past-rollout.ts';
import { stops } from './decisions.ts';
import { decisionsShownMax, readDeployment } from './reads.ts';
import type { Decision, DeploymentDetail } from './schema.ts';

/** A deployment as it stood at a moment, with what why-not asks besides. */
export interface DeploymentThen {
  deployment: Omit<DeploymentDetail, 'can'>;
  /** The newest decision of each kind that had stopped it, the newest first. */
  stops: Decision[];
  /** Why nodes had failed, in their own words, the commonest first; at most ten kinds. */
  failures: { message: string; nodes: number; example: string }[];
  /** Nodes of it that were in quarantine. */
  quarantined: { nodes: number; example: string };
}

/**
 * From its decisions, the times of its waves, and what is kept of each of its nodes: it costs two descents of an index a node. Who had signed is
 * not kept. Throws NotFound of a deployment that had not begun, and InvalidInput of a moment of which nothing is kept.
 */
export async function readDeploymentAt(db: Queryable, reach: Reach, id: string, at: number, now: number): Promise<DeploymentThen> {
  await requireKept(db, at, now);
  const moment = new Date(at);
  const row = await db.deployment.findFirst({ where: { ...inReach(reach), id, startedAt: { lte: moment } }, include: { waves: { orderBy: { index: 'asc' } } } });
  if (row === null) throw notFound('deployment', id);
  const [present, course, nodes] = await Promise.all([readDeployment(db, reach, id, now), courseUntil(db, row, moment), nodesThen(db, row.organizationId, id, at)]);
  const { state, decisions } = course;
  const around: RolloutAround = { fleetId: row.fleetId, bundle: row.bundle, previousBundle: row.previousBundle, startedAt: row.startedAt, state, failed: failedBy(decisions) };
  const places = nodes.flatMap((node) => {
    const place = placeThen(node, around);
    return place === null ? [] : [{ ...place, name: node.name, wave: node.wave, quarantined: node.quarantined }];
  });
  const counts = places.map((place): StateCount => ({ wave: place.wave, state: place.state, nodes: 1 }));
  const began = course.waves.filter((wave) => wave.startedAt !== null || isUnderWay(state) || wave.index < present.plan.waves.length);
  const waves = began.map((wave) => ({ ...wave, nodes: countsOf(counts.filter((count) => count.wave === wave.index)), looks: (present.waves[wave.index]?.looks ?? []).filter((look) => look.at <= at) }));
  const total = countsOf(counts);
  const passed = waves.filter(({ passedAt }) => passedAt !== null).length;
  const over = isUnderWay(state) ? null : (decisions.at(-1)?.at ?? null);
  return {
    deployment: {
      ...present,
      state,
      finishedAt: over,
      nodes: total,
      wave: { index: Math.min(passed, Math.max(0, waves.length - 1)), of: waves.length },
      waves,
      decisions: decisions.slice(-decisionsShownMax).toReversed(),
      signatures: null,
      excludedBecause: null,
      eta: estimateEnd({ startedAt: row.startedAt.getTime(), now: at, done: total.running + total.failed, left: total.toCome + total.applying + total.staged, wavesLeft: waves.length - passed, bakeMs: course.policy.bakeSeconds * 1000, progressing: state === 'Progressing' }),
    },
    stops: [...Map.groupBy(decisions.filter(({ kind }) => stops.includes(kind)), ({ kind }) => kind).values()].flatMap((ofKind) => ofKind.at(-1) ?? []).sort((a, b) => (a.id < b.id ? 1 : -1)),
    failures: [...Map.groupBy(places.filter((place) => place.state === 'Failed'), ({ message }) => message)].map(([message, failed]) => ({ message, nodes: failed.length, example: failed[0]?.name ?? '' })).sort((a, b) => b.nodes - a.nodes).slice(0, 10),
    quarantined: { nodes: places.filter((place) => place.quarantined).length, example: places.find((place) => place.quarantined)?.name ?? '' },
  };
}

/** Nodes that have a place in the rollout, as they stood then; those that were not there yet are left out. */
async function nodesThen(db: Queryable, organizationId: string, id: string, at: number): Promise<NodeThen[]> {
  const rows = await db.$queryRawUnsafe<(Omit<NodeThen, 'desiredGeneration' | 'observedGeneration'> & { desiredGeneration: bigint; observedGeneration: bigint })[]>(
    `SELECT d."nodeName" AS name, d.wave, n."fleetId", n."revokedAt" IS NOT NULL AS revoked, n."quarantinedAt" IS NOT NULL AS quarantined, n."connectedSince" IS NOT NULL AS connected,
      n."desiredBundle", n."desiredAt", n."desiredGeneration", n."observedGeneration", n."reportedBundle", n.sync::text AS sync, n."syncReason", n."syncMessage"
     FROM deployment_nodes d JOIN ${nodesAsOf(at)} AS n ON n.id = d."nodeId" WHERE d."deploymentId" = $2 ORDER BY d."nodeName"`,
    organizationId,
    id,
  );
  return rows.map((row) => ({ ...row, desiredGeneration: Number(row.desiredGeneration), observedGeneration: Number(row.observedGeneration) }));
}

/** Whom the rollout had counted as failed, since they were last asked again or left behind. */
function failedBy(decisions: readonly Decision[]): RolloutAround['failed'] {
  const failed = new Map<string, { message: string; at: number }>();
  for (const { kind, at, message, evidence } of decisions) {
    if (kind === 'Retried') failed.clear();
    const { node } = evidence;
    if (kind === 'NodeFailed' && typeof node === 'string') failed.set(node, { message: message.replace(`${node} failed: `, ''), at });
  }
  return failed;
}
