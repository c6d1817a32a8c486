import type { Prisma, Queryable } from '../kernel/db.ts';
import { inReach } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { stateAfter } from './past-state.ts';
import { isUnderWay } from './policy.ts';
import { isForOthers } from './reads.ts';
import { decisionSchema, rolloutPolicySchema } from './schema.ts';
import type { Decision, NodeRolloutState, RolloutPolicy, RolloutState, WaveView } from './schema.ts';

/** What stops a rollout, whoever decided it. */
const stops: ReadonlySet<string> = new Set(['Paused', 'ApprovalNeeded', 'ThresholdExceeded', 'GateStopped', 'GateUndecided', 'Cancelled', 'RolledBack', 'Superseded']);

/** A node as it stood at that moment, as far as its place in a rollout follows from it. */
export interface StoodThen {
  id: string;
  desired: { bundle: string | null; since: number | null } | null;
  connected: boolean;
}

/** A rollout as why-not asks for it; what is not known of the past is null. */
export interface RolloutThen {
  id: string;
  state: RolloutState;
  bundle: string;
  wave: number;
  waves: (Omit<WaveView, 'nodes' | 'looks'> & { nodes: null })[];
  inFlight: null;
  inFlightMax: null;
  signatures: null;
  policy: RolloutPolicy;
  stopped: Decision | null;
  node: { wave: number; state: NodeRolloutState; message: string; requestedAt: number | null } | null;
}

/** How far a rollout had come at a moment, by its decisions until then, the oldest first, and the times of its waves. */
export async function courseUntil(db: Queryable, row: Prisma.DeploymentGetPayload<{ include: { waves: true } }>, moment: Date): Promise<{ policy: RolloutPolicy; decisions: Decision[]; state: RolloutState; waves: Omit<WaveView, 'nodes' | 'looks'>[] }> {
  const rows = await db.deploymentDecision.findMany({ where: { deploymentId: row.id, at: { lte: moment } }, orderBy: { id: 'asc' } });
  const policy = rolloutPolicySchema.parse(row.policy);
  const decisions = rows.map((decision) => decisionSchema.parse({ ...decision, at: decision.at.getTime() }));
  const state = stateAfter(decisions.map(({ kind }) => kind), { onFailure: policy.onFailure, goesBackTo: row.previousBundle !== row.bundle });
  const waves = row.waves.map(({ index, startedAt, bakingSince, passedAt }): Omit<WaveView, 'nodes' | 'looks'> => {
    const [started, baking, passed] = [startedAt, bakingSince, passedAt].map((time) => (time !== null && time <= moment ? time.getTime() : null));
    const bakesUntil = baking == null || passed != null ? null : baking + policy.bakeSeconds * 1000;
    return { index, startedAt: started ?? null, passedAt: passed ?? null, bakesUntil, state: passed != null ? 'Passed' : started == null ? 'ToCome' : bakesUntil === null ? 'Progressing' : 'Baking' };
  });
  return { policy, decisions, state, waves };
}

/**
 * The newest rollout that a fleet had at a moment, and where a node was in it: from its decisions, the times of its waves and what the node was told. How many
 * nodes stood where in it then is kept by nobody, and left out.
 */
export async function rolloutOfNodeAt(db: Queryable, reach: Reach, fleetId: string, node: StoodThen, at: number): Promise<RolloutThen | null> {
  const moment = new Date(at);
  const row = await db.deployment.findFirst({ where: { AND: [inReach(reach), { fleetId, startedAt: { lte: moment } }, { NOT: isForOthers(db, node.id) }] }, orderBy: { id: 'desc' }, include: { waves: { orderBy: { index: 'asc' } } } });
  if (row === null) return null;
  const [{ policy, decisions, state, waves }, place] = await Promise.all([
    courseUntil(db, row, moment),
    db.deploymentNode.findUnique({ where: { deploymentId_nodeId: { deploymentId: row.id, nodeId: node.id } } }),
  ]);
  const requestedAt = place?.requestedAt != null && place.requestedAt <= moment ? place.requestedAt.getTime() : node.desired?.bundle === row.bundle ? node.desired.since : null;
  const untold: NodeRolloutState = isUnderWay(state) ? (node.connected ? 'ToCome' : 'Offline') : 'Skipped';
  return {
    id: row.id,
    state,
    bundle: row.bundle,
    wave: waves.filter(({ passedAt }) => passedAt !== null).length,
    waves: waves.map((wave) => ({ ...wave, nodes: null })),
    inFlight: null,
    inFlightMax: null,
    signatures: null,
    policy,
    stopped: decisions.findLast(({ kind }) => stops.has(kind)) ?? null,
    node: place === null ? null : { wave: place.wave, state: requestedAt === null ? untold : 'Requested', message: requestedAt === null && untold === 'Skipped' ? place.message : '', requestedAt },
  };
}
