import type { RolloutState } from '../deployments/schema.ts';
import { arrayLiteral } from '../kernel/array-literal.ts';
import type { Queryable, Transaction } from '../kernel/db.ts';
import { toJson } from '../kernel/json-value.ts';
import { untilItAnswers } from './observe.ts';
import { differs } from './outcome.ts';
import type { NewDecision, RolloutStep, RolloutWave } from './snapshot.ts';
import { toldBy } from './tally.ts';
import type { Counted, Standing } from './tally.ts';
import { isOver } from './work.ts';

/** A deployment's row, locked until the transaction ends: only its holder moves the rollout. */
export interface LockedRollout {
  id: string;
  organizationId: string;
  fleetId: string;
  fleetName: string;
  state: RolloutState;
  bundle: string;
  previousBundle: string | null;
  policy: unknown;
  wave: number;
  wakeAt: Date | null;
  /** How many nodes stand where, as `Counted`; null when only looking at all of them tells. */
  tally: unknown;
}

export async function organizationOf(db: Queryable, id: string): Promise<string | null> {
  const row = await db.deployment.findUnique({ where: { id }, select: { organizationId: true } });
  return row?.organizationId ?? null;
}

/** Null when it is not there, or when `wait` is false and somebody else holds it. */
export async function lockRollout(tx: Transaction, id: string, wait: boolean): Promise<LockedRollout | null> {
  const rows = wait
    ? await tx.$queryRaw<LockedRollout[]>`SELECT id, "organizationId", "fleetId", "fleetName", state, bundle, "previousBundle", policy, wave, "wakeAt", tally FROM deployments WHERE id = ${id} FOR UPDATE`
    : await tx.$queryRaw<LockedRollout[]>`SELECT id, "organizationId", "fleetId", "fleetName", state, bundle, "previousBundle", policy, wave, "wakeAt", tally FROM deployments WHERE id = ${id} FOR UPDATE SKIP LOCKED`;
  return rows[0] ?? null;
}

/** Nodes of the fleet that were told the bundle after the rollout was done, because they joined: they go back with the others. */
export async function adoptFollowers(tx: Transaction, rollout: LockedRollout, at: Date): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO deployment_nodes ("deploymentId", "nodeId", "nodeName", wave, state, since, generation, told, "requestedAt")
    SELECT ${rollout.id}, n.id, n.name, coalesce((SELECT max(index) FROM deployment_waves WHERE "deploymentId" = ${rollout.id}), 0), 'Requested', ${at}, n."desiredGeneration", ${rollout.bundle}, ${at}
    FROM nodes n
    WHERE n."organizationId" = ${rollout.organizationId} AND n."fleetId" = ${rollout.fleetId} AND n."revokedAt" IS NULL AND n."desiredBundle" = ${rollout.bundle}
    ON CONFLICT DO NOTHING`;
}

/** Writes a step as a whole. `generations` are those by which nodes were told just now. */
export async function writeStep(tx: Transaction, rollout: LockedRollout, before: readonly RolloutWave[], step: RolloutStep, generations: ReadonlyMap<string, number>, at: Date): Promise<void> {
  const finishedAt = step.nextWakeAt === null && isOver(step.state) && step.state !== rollout.state ? { finishedAt: at } : {};
  await tx.deployment.update({ where: { id: rollout.id }, data: { state: step.state, wave: step.wave, wakeAt: date(step.nextWakeAt), ...finishedAt } });
  for (const wave of step.waves.filter((one) => differs(one, before[one.index]))) {
    await tx.deploymentWave.updateMany({
      where: { deploymentId: rollout.id, index: wave.index },
      data: { startedAt: date(wave.startedAt), bakingSince: date(wave.bakingSince), passedAt: date(wave.passedAt), looks: wave.looks, lookedAt: date(wave.lookedAt), gate: wave.gate },
    });
  }
  await writeNodes(tx, rollout.id, step, generations, at);
}

/** Keeps how many nodes stand where; null when it is not known. */
export async function writeTally(tx: Transaction, id: string, tally: readonly Counted[] | null): Promise<void> {
  await tx.$executeRaw`UPDATE deployments SET tally = ${tally === null ? null : JSON.stringify(tally)}::jsonb WHERE id = ${id}`;
}

/** Where nodes stand now, and by what they were told: one update of a row for both. */
async function writeNodes(tx: Transaction, deploymentId: string, { changes, requests }: RolloutStep, generations: ReadonlyMap<string, number>, at: Date): Promise<void> {
  const told = new Map(requests.flatMap(({ node, bundle }) => {
    const generation = generations.get(node);
    return generation === undefined ? [] : [[node, { told: bundle, generation }] as const];
  }));
  const changed = new Map(changes.map((change) => [change.node, change]));
  const rows = Array.from(new Set([...changed.keys(), ...told.keys()]), (node) => ({ node, ...changed.get(node), ...told.get(node) }));
  if (rows.length === 0) return;
  const each = (of: (row: (typeof rows)[number]) => string | number | boolean | undefined): string => arrayLiteral(rows.map((row) => of(row) ?? null));
  await tx.$executeRaw`
    UPDATE deployment_nodes d SET state = coalesce(c.state, d.state), message = coalesce(c.message, d.message),
      since = CASE WHEN d.state = coalesce(c.state, d.state) THEN d.since ELSE ${at}::timestamptz END,
      generation = coalesce(c.generation, d.generation), told = coalesce(c.told, d.told),
      "requestedAt" = CASE WHEN c.told IS NOT NULL OR c.clock_restarts THEN ${at}::timestamptz ELSE d."requestedAt" END,
      "afterFailure" = CASE WHEN c.told IS NULL THEN d."afterFailure" ELSE 'undecided' END::deployment_after_failure
    FROM unnest(
      ${each(({ node }) => node)}::text[], ${each(({ state }) => state)}::deployment_node_state[], ${each(({ message }) => message)}::text[],
      ${each(({ clockRestarts }) => clockRestarts)}::boolean[], ${each((row) => row.told)}::text[], ${each(({ generation }) => generation)}::bigint[]
    ) AS c(node, state, message, clock_restarts, told, generation)
    WHERE d."deploymentId" = ${deploymentId} AND d."nodeId" = c.node`;
}

/** Where a node stands in the rollout, if it has a place in it. */
export async function findPlace(tx: Transaction, rollout: Pick<LockedRollout, 'id' | 'bundle'>, nodeId: string): Promise<Standing | null> {
  const row = await tx.deploymentNode.findUnique({ where: { deploymentId_nodeId: { deploymentId: rollout.id, nodeId } }, select: { wave: true, state: true, told: true, afterFailure: true } });
  return row === null ? null : { ...row, told: row.told === null ? 'nothing' : toldBy(row.told, rollout.bundle) };
}

/** What a person changed of a node's place, apart from where it is told anything. */
export async function writePlace(tx: Transaction, rollout: LockedRollout, nodeId: string, place: Pick<Standing, 'state' | 'afterFailure'>): Promise<void> {
  await tx.deploymentNode.update({ where: { deploymentId_nodeId: { deploymentId: rollout.id, nodeId } }, data: { ...place, message: '' } });
}

/** A node was told the rollout's bundle by this generation. */
export async function writeTold(tx: Transaction, rollout: LockedRollout, nodeId: string, generation: number, at: Date): Promise<void> {
  await tx.deploymentNode.update({ where: { deploymentId_nodeId: { deploymentId: rollout.id, nodeId } }, data: { state: 'Requested', message: untilItAnswers, since: at, generation, told: rollout.bundle, requestedAt: at, afterFailure: 'undecided' } });
}

/** Keeps the bundle of a rollout that stopped itself from its fleet, or with null allows it again. */
export async function writeExcluded(tx: Transaction, id: string, because: string | null): Promise<void> {
  await tx.deployment.update({ where: { id }, data: { excludedBecause: because } });
}

/** A person goes on in spite of what the gates found in this wave. Returns whether they had found anything. */
export async function liftGates(tx: Transaction, rollout: LockedRollout): Promise<boolean> {
  const { count } = await tx.deploymentWave.updateMany({ where: { deploymentId: rollout.id, index: rollout.wave, gate: { in: ['Stopped', 'Undecided'] } }, data: { gate: 'Lifted' } });
  return count > 0;
}

function date(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}

export async function insertDecisions(tx: Transaction, rows: readonly (NewDecision & { id: string; deploymentId: string; at: Date; by: string })[]): Promise<void> {
  if (rows.length > 0) await tx.deploymentDecision.createMany({ data: rows.map((row) => ({ ...row, evidence: toJson(row.evidence) })) });
}

/** Nodes with the rollouts that news of them may move: under way, or done while these still had to come. */
export async function placesOf(db: Queryable, nodeIds: readonly string[]): Promise<{ rollout: string; node: string }[]> {
  return db.$queryRaw<{ rollout: string; node: string }[]>`
    SELECT d.id AS rollout, dn."nodeId" AS node FROM deployment_nodes dn
    JOIN deployments d ON d.id = dn."deploymentId"
    JOIN nodes n ON n.id = dn."nodeId"
    WHERE dn."nodeId" = ANY(${[...nodeIds]}::text[])
      AND (d.state IN ('Progressing', 'Paused', 'Suspended', 'RollingBack')
        OR (d.state = 'Succeeded' AND dn.state NOT IN ('Running', 'Skipped') AND n."desiredGeneration" = dn.generation))`;
}

/** Rollouts under way: all of them, or those whose time has come. */
export async function rolloutsUnderWay(db: Queryable, due: Date | null): Promise<string[]> {
  const rows = await db.deployment.findMany({
    where: { state: { in: ['Progressing', 'Paused', 'Suspended', 'RollingBack'] }, ...(due !== null && { wakeAt: { lte: due } }) },
    select: { id: true },
    orderBy: { id: 'asc' },
    take: 1000,
  });
  return rows.map((row) => row.id);
}

/** When the next rollout wants to be looked at. */
export async function nextWakeAt(db: Queryable): Promise<number | null> {
  const row = await db.deployment.findFirst({
    where: { state: { in: ['Progressing', 'Paused', 'Suspended', 'RollingBack'] }, wakeAt: { not: null } },
    orderBy: { wakeAt: 'asc' },
    select: { wakeAt: true },
  });
  return row?.wakeAt?.getTime() ?? null;
}

export async function rolloutOfFleet(db: Queryable, fleetId: string): Promise<string | null> {
  const row = await db.deployment.findFirst({ where: { fleetId, state: { in: ['Progressing', 'Paused', 'Suspended', 'RollingBack'] } }, select: { id: true } });
  return row?.id ?? null;
}

/** Nodes with the rollouts under way of the fleets that they are in now. */
export async function rolloutsToJoin(db: Queryable, nodeIds: readonly string[]): Promise<{ rollout: string; node: string }[]> {
  return db.$queryRaw<{ rollout: string; node: string }[]>`
    SELECT d.id AS rollout, n.id AS node FROM nodes n JOIN deployments d ON d."fleetId" = n."fleetId"
    WHERE n.id = ANY(${[...nodeIds]}::text[]) AND d.state IN ('Progressing', 'Paused', 'Suspended', 'RollingBack')`;
}

/** Nodes of the rollout's fleet that are not in quarantine and were not told its bundle: all of them, or those among these. */
export async function findMembers(tx: Transaction, rollout: LockedRollout, among: readonly string[] | null): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM nodes WHERE "organizationId" = ${rollout.organizationId} AND "fleetId" = ${rollout.fleetId} AND "revokedAt" IS NULL AND "quarantinedAt" IS NULL AND "desiredBundle" IS DISTINCT FROM ${rollout.bundle}
      AND (${among === null} OR id = ANY(${among === null ? [] : [...among]}::text[]))`;
  return rows.map((row) => row.id);
}

/** Nodes that came into the fleet since the rollout began, or came back, go into its last wave, which is made where there was none. Returns their names. */
export async function adoptJoiners(tx: Transaction, rollout: LockedRollout, nodeIds: readonly string[], at: Date): Promise<string[]> {
  const rows = await tx.$queryRaw<{ nodeName: string; wave: number }[]>`
    INSERT INTO deployment_nodes ("deploymentId", "nodeId", "nodeName", wave, since)
    SELECT ${rollout.id}, n.id, n.name, greatest(${rollout.wave}::int, coalesce((SELECT max(index) FROM deployment_waves WHERE "deploymentId" = ${rollout.id}), 0)), ${at}
    FROM nodes n WHERE n.id = ANY(${[...nodeIds]}::text[])
    ON CONFLICT ("deploymentId", "nodeId") DO UPDATE SET wave = EXCLUDED.wave, state = 'ToCome', since = EXCLUDED.since, message = '', generation = NULL, told = NULL, "requestedAt" = NULL, "afterFailure" = 'undecided'
    WHERE deployment_nodes.state = 'Skipped' RETURNING "nodeName", wave`;
  const [first] = rows;
  if (first !== undefined) await tx.deploymentWave.createMany({ data: { deploymentId: rollout.id, index: first.wave }, skipDuplicates: true });
  return rows.map((row) => row.nodeName);
}
