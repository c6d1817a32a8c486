import type { z } from 'zod';
import { standingOf } from '../bundles/index.ts';
import { changesOf, comparesWithControl, judgeAgain, listLooks, readLook } from '../gates/index.ts';
import type { Prisma, Queryable } from '../kernel/db.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { inReach } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { countsSchema } from '../rollout/index.ts';
import { summarize } from './changes.ts';
import { countsOf, estimateEnd, waveView } from './counts.ts';
import type { StateCount } from './counts.ts';
import { newestDecisions, stopsOf } from './decisions.ts';
import { isUnderWay, statesUnderWay } from './policy.ts';
import { findPlan } from './repository.ts';
import { planNodeSchema, planSchema } from './schema.ts';
import type {
  DeploymentDetail,
  DeploymentItem,
  deploymentNodesInput,
  deploymentNodesOutput,
  listDeploymentsInput,
  listDeploymentsOutput,
  LookDetail,
  lookInput,
  NodeRolloutState,
  planNodesInput,
  planNodesOutput,
} from './schema.ts';

export const decisionsShownMax = 20;
const looksShownMax = 100;
const keptPlanSchema = planSchema.omit({ nodes: true, can: true });
type Row = Prisma.DeploymentGetPayload<{ include: { waves: true } }>;

/** The Deployments page: newest first. The cursor is the id below which the next page continues. */
export async function listDeployments(db: Queryable, reach: Reach, input: z.infer<typeof listDeploymentsInput>): Promise<z.infer<typeof listDeploymentsOutput>> {
  const where: Prisma.DeploymentWhereInput = {
    AND: inReach(reach),
    ...(input.state !== undefined && input.state.length > 0 && { state: { in: input.state } }),
    ...(input.fleet !== undefined && { fleetId: input.fleet }),
    ...(input.startedUntil !== undefined && { startedAt: { lte: new Date(input.startedUntil) } }),
  };
  const [rows, total] = await Promise.all([
    db.deployment.findMany({
      where: input.cursor === undefined ? where : { AND: [where, { id: { lt: input.cursor } }] },
      orderBy: { id: 'desc' },
      take: input.limit + 1,
      include: { waves: { orderBy: { index: 'asc' } } },
    }),
    db.deployment.count({ where }),
  ]);
  const page = rows.slice(0, input.limit);
  const counts = await countStates(db, page);
  return {
    items: page.map((row) => toItem(row, counts.get(row.id) ?? [])),
    nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null,
    total,
  };
}

/** How many nodes of each deployment are in which state: by its rollout's tally, and counted where that is not known. */
export async function countStates(db: Queryable, rows: readonly { id: string; tally: unknown }[]): Promise<Map<string, StateCount[]>> {
  const tallied = rows.flatMap(({ id, tally }): [string, StateCount[]][] => (tally === null ? [] : [[id, countsSchema.parse(tally)]]));
  const others = rows.filter(({ tally }) => tally === null).map(({ id }) => id);
  if (others.length === 0) return new Map(tallied);
  const groups = await db.deploymentNode.groupBy({ by: ['deploymentId', 'wave', 'state'], where: { deploymentId: { in: others } }, _count: { _all: true } });
  const counted = [...Map.groupBy(groups, (group) => group.deploymentId)];
  return new Map([...tallied, ...counted.map(([id, members]) => [id, members.map(({ wave, state, _count }) => ({ wave, state, nodes: _count._all }))] as const)]);
}

function toItem(row: Row, counts: readonly StateCount[]): DeploymentItem {
  const plan = keptPlanSchema.parse(row.plan);
  return {
    id: row.id,
    fleet: { id: row.fleetId, name: row.fleetName },
    state: row.state,
    note: row.note,
    createdBy: row.createdBy,
    startedAt: row.startedAt.getTime(),
    finishedAt: row.finishedAt?.getTime() ?? null,
    bundle: row.bundle,
    previousBundle: row.previousBundle,
    // What joins comes from different things, and what it comes to is nothing new.
    summary: plan.from === null && row.previousBundle === row.bundle ? ['nodes that joined'] : summarize(plan.changes),
    nodes: countsOf(counts),
    wave: { index: Math.min(row.wave, Math.max(0, row.waves.length - 1)), of: row.waves.length },
  };
}

/** One rollout with everything about it, apart from what the asking person may do. */
export async function readDeployment(db: Queryable, reach: Reach, id: string, now: number): Promise<Omit<DeploymentDetail, 'can'>> {
  const row = await db.deployment.findFirst({ where: { ...inReach(reach), id }, include: { waves: { orderBy: { index: 'asc' } } } });
  if (row === null) throw notFound('deployment', id);
  const [signatures, counts, decisions, looks] = await Promise.all([
    standingOf(db, row.organizationId, row.bundle),
    countStates(db, [row]),
    newestDecisions(db, id, decisionsShownMax),
    listLooks(db, id, looksShownMax),
  ]);
  const states = counts.get(id) ?? [];
  const item = toItem(row, states);
  const plan = keptPlanSchema.parse(row.plan);
  const bakeMs = plan.policy.bakeSeconds * 1000;
  const rollout = { underWay: isUnderWay(row.state), stopped: row.state !== 'Progressing' && row.state !== 'Paused', bakeMs };
  return {
    ...item,
    plan,
    waves: row.waves.map((wave) => {
      const times = { index: wave.index, startedAt: time(wave.startedAt), bakingSince: time(wave.bakingSince), passedAt: time(wave.passedAt) };
      return { ...waveView(times, countsOf(states.filter((count) => count.wave === wave.index)), rollout), looks: looks.filter((look) => look.wave === wave.index) };
    }),
    decisions,
    signatures,
    excludedBecause: row.excludedBecause,
    eta: expectedEnd(row, item, bakeMs, now),
  };
}

function expectedEnd(row: Row, { startedAt, nodes }: DeploymentItem, bakeMs: number, now: number): number | null {
  return estimateEnd({
    startedAt,
    now,
    done: nodes.running + nodes.failed,
    left: nodes.toCome + nodes.applying + nodes.staged,
    wavesLeft: row.waves.filter((wave) => wave.passedAt === null).length,
    bakeMs,
    progressing: row.state === 'Progressing',
  });
}

/** Rollouts that are not over are few; more than these are found in the list. */
const underWayMax = 20;

/** Rollouts that are not over, newest first, each with how far it is and when it may be done. */
export async function readUnderWay(db: Queryable, reach: Reach, now: number): Promise<(DeploymentItem & { eta: number | null })[]> {
  const rows = await db.deployment.findMany({ where: { ...inReach(reach), state: { in: [...statesUnderWay] } }, include: { waves: { orderBy: { index: 'asc' } } }, orderBy: { id: 'desc' }, take: underWayMax });
  const counted = rows.length === 0 ? new Map<string, StateCount[]>() : await countStates(db, rows);
  return rows.map((row) => {
    const item = toItem(row, counted.get(row.id) ?? []);
    return { ...item, eta: expectedEnd(row, item, keptPlanSchema.parse(row.plan).policy.bakeSeconds * 1000, now) };
  });
}

/** A look with its evidence, and whether that gives the same verdicts now. */
export async function readLookDetail(db: Queryable, reach: Reach, { id, wave, look }: z.infer<typeof lookInput>): Promise<LookDetail> {
  if ((await db.deployment.count({ where: { ...inReach(reach), id } })) === 0) throw notFound('deployment', id);
  const kept = await readLook(db, id, wave, look);
  if (kept === null) throw notFound('look', `${wave}/${look}`);
  const times = (nodes: readonly { node: string; change: number }[]): { node: string; times: number }[] => nodes.map(({ node, change }) => ({ node, times: Math.exp(change) }));
  const changes = kept.verdicts.map(({ gate }) => {
    if (!comparesWithControl(gate)) return null;
    const { wave: told, control } = changesOf(gate, kept.evidence);
    return { wave: times(told), control: times(control) };
  });
  return { ...kept, changes, replayed: judgeAgain(kept.verdicts, kept.evidence) };
}

/** A rollout brought nodes that joined to what the fleet ran already, and this was none of them. */
export function isForOthers(db: Queryable, nodeId: string): Prisma.DeploymentWhereInput {
  return { previousBundle: { equals: db.deployment.fields.bundle }, nodes: { none: { nodeId } } };
}

/** The newest rollout of a fleet as one of its nodes sees it; null when there was none. */
export async function rolloutOfNode(db: Queryable, reach: Reach, fleetId: string, nodeId: string, now: number) {
  const newest = await db.deployment.findFirst({ where: { AND: [inReach(reach), { fleetId }, { NOT: isForOthers(db, nodeId) }] }, orderBy: { id: 'desc' }, select: { id: true } });
  if (newest === null) return null;
  const [deployment, stops, place] = await Promise.all([
    readDeployment(db, reach, newest.id, now),
    stopsOf(db, newest.id),
    db.deploymentNode.findUnique({ where: { deploymentId_nodeId: { deploymentId: newest.id, nodeId } } }),
  ]);
  return {
    id: deployment.id,
    state: deployment.state,
    bundle: deployment.bundle,
    wave: deployment.wave.index,
    waves: deployment.waves,
    inFlight: deployment.nodes.applying + deployment.nodes.staged,
    inFlightMax: deployment.plan.inFlightMax,
    signatures: deployment.signatures,
    policy: deployment.plan.policy,
    stopped: stops.find(({ kind }) => kind !== 'RollingBack') ?? null,
    node: place === null ? null : { wave: place.wave, state: place.state, message: place.message, requestedAt: time(place.requestedAt) },
  };
}

/** Why nodes of a rollout failed, by what they said, the commonest first; at most ten kinds. */
export async function failuresOf(db: Queryable, deploymentId: string): Promise<{ message: string; nodes: number; example: string }[]> {
  const groups = await db.deploymentNode.groupBy({ by: ['message'], where: { deploymentId, state: 'Failed' }, _count: { _all: true }, _min: { nodeName: true }, orderBy: { _count: { nodeId: 'desc' } }, take: 10 });
  return groups.map(({ message, _count, _min }) => ({ message, nodes: _count._all, example: _min.nodeName ?? '' }));
}

function time(date: Date | null): number | null {
  return date === null ? null : date.getTime();
}

/** Those that need a look first, so that a page of a large rollout begins with them. */
const stateOrder: NodeRolloutState[] = ['Failed', 'Applying', 'Requested', 'Staged', 'Offline', 'ToCome', 'Running', 'Skipped'];

/** Nodes of a rollout by state and name. The cursor is `state:name`, the place of the last row. */
export async function listDeploymentNodes(db: Queryable, reach: Reach, input: z.infer<typeof deploymentNodesInput>): Promise<z.infer<typeof deploymentNodesOutput>> {
  if ((await db.deployment.count({ where: { ...inReach(reach), id: input.id } })) === 0) throw notFound('deployment', input.id);
  const where: Prisma.DeploymentNodeWhereInput = { deploymentId: input.id, ...(input.wave !== undefined && { wave: input.wave }), ...(input.state !== undefined && { state: input.state }) };
  const states = input.state === undefined ? stateOrder : [input.state];
  const from = input.cursor === undefined ? null : parsePlace(input.cursor);
  const rows: Prisma.DeploymentNodeGetPayload<object>[] = [];
  // A state at a time, in the order above, until the page is full.
  for (const state of states.slice(from === null ? 0 : Math.max(0, states.indexOf(from.state)))) {
    if (rows.length > input.limit) break;
    const after = from !== null && from.state === state ? { nodeName: { gt: from.name } } : {};
    rows.push(...(await db.deploymentNode.findMany({ where: { AND: [where, { state }, after] }, orderBy: { nodeName: 'asc' }, take: input.limit + 1 - rows.length })));
  }
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({
      node: row.nodeId,
      name: row.nodeName,
      wave: row.wave,
      state: row.state,
      since: row.since.getTime(),
      message: row.message,
      generation: row.generation === null ? null : Number(row.generation),
    })),
    nextCursor: rows.length > input.limit && last !== undefined ? `${last.state}:${last.nodeName}` : null,
    total: await db.deploymentNode.count({ where }),
  };
}

function parsePlace(cursor: string): { state: NodeRolloutState; name: string } {
  const [word, ...name] = cursor.split(':');
  const state = stateOrder.find((candidate) => candidate === word);
  if (state === undefined) throw badCursor();
  return { state, name: name.join(':') };
}

/** A page of a kept plan's nodes. The cursor is how many came before. */
export async function listPlanNodes(db: Queryable, reach: Reach, input: z.infer<typeof planNodesInput>, now: number): Promise<z.infer<typeof planNodesOutput>> {
  const saved = await findPlan(db, reach, input.hash, now);
  if (saved === null) throw notFound('plan', input.hash);
  const from = input.cursor === undefined ? 0 : Number(input.cursor);
  if (!Number.isSafeInteger(from) || from < 0) throw badCursor();
  const items = planNodeSchema.array().parse(saved.nodes.slice(from, from + input.limit));
  const next = from + items.length;
  return { items, nextCursor: next < saved.nodes.length ? String(next) : null, total: saved.nodes.length };
}

function badCursor(): DomainError {
  return new DomainError('InvalidInput', 'The cursor is not one that this list returned.');
}
