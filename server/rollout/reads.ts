import { reportSchema } from '@selvedge/edge-runtime/protocol';
import type { Labels } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { standingsOf } from '../bundles/index.ts';
import { maxUnavailablePerSchema, rolloutPolicySchema } from '../deployments/schema.ts';
import type { RolloutPolicy } from '../deployments/schema.ts';
import { sampleMax } from '../gates/index.ts';
import type { Transaction } from '../kernel/db.ts';
import { groupOf } from './groups.ts';
import { underWay } from './hand.ts';
import type { Answer, Asked, GroupPlaces, Question, ToldCount, Where } from './question.ts';
import type { LockedRollout } from './repository.ts';
import type { NodeFacts, RolloutNode } from './rollout-node.ts';
import type { RolloutSnapshot } from './snapshot.ts';

interface SnapshotRow {
  nodeId: string;
  nodeName: string;
  wave: number;
  state: RolloutNode['state'];
  since: Date;
  message: string;
  generation: bigint | null;
  told: string | null;
  requestedAt: Date | null;
  afterFailure: RolloutNode['afterFailure'];
  belongs: boolean;
  quarantined: string | null;
  failuresInARow: number;
  failedGeneration: bigint;
  connected: boolean;
  observedGeneration: bigint;
  reportedBundle: string | null;
  synced: boolean;
  /** Read where the policy has a limit by group. */
  labels: Labels | null;
  /** Null when nothing was reported, and when the rest of the row says all that a step asks of it. */
  report: unknown;
}

const reportedSchema = reportSchema.pick({ sync: true, message: true, activation: true });

/** What a step begins with, apart from its nodes. */
export async function readHead(tx: Transaction, rollout: LockedRollout, previousBundle: string): Promise<Omit<RolloutSnapshot, 'nodes' | 'others'>> {
  const waves = await tx.deploymentWave.findMany({ where: { deploymentId: rollout.id }, orderBy: { index: 'asc' } });
  return {
    id: rollout.id,
    state: rollout.state,
    policy: rolloutPolicySchema.parse(rollout.policy),
    bundle: rollout.bundle,
    previousBundle,
    ...(await readSigned(tx, rollout, previousBundle)),
    wave: rollout.wave,
    waves: waves.map((wave) => ({ index: wave.index, startedAt: milliseconds(wave.startedAt), bakingSince: milliseconds(wave.bakingSince), passedAt: milliseconds(wave.passedAt), looks: wave.looks, lookedAt: milliseconds(wave.lookedAt), gate: wave.gate })),
    wakeAt: milliseconds(rollout.wakeAt),
    evidence: null,
  };
}

/** Whether people have signed what nodes are to run, and what they would go back to; asked while that decides anything. */
async function readSigned(tx: Transaction, { state, organizationId, bundle }: LockedRollout, previousBundle: string): Promise<Pick<RolloutSnapshot, 'signed' | 'previousSigned'>> {
  if (state !== 'Progressing') return { signed: true, previousSigned: true };
  const standings = await standingsOf(tx, organizationId, [bundle, previousBundle]);
  const isSigned = (digest: string): boolean => (standings.get(digest)?.missing ?? 0) === 0;
  return { signed: isSigned(bundle), previousSigned: isSigned(previousBundle) };
}

/**
 * Nodes of the rollout with what is known of them, by wave and name: these, or all. Reports are the most of it, and are read of nodes
 * alone that were told and are not where they should be.
 */
export async function readNodes(tx: Transaction, rollout: LockedRollout, nodeIds: readonly string[] | null): Promise<RolloutNode[]> {
  const per = limitByGroup(rollout);
  const rows = await tx.$queryRaw<SnapshotRow[]>`
    SELECT d."nodeId", d."nodeName", d.wave, d.state, d.since, d.message, d.generation, d.told, d."requestedAt", d."afterFailure",
      (n."fleetId" = ${rollout.fleetId} AND n."revokedAt" IS NULL AND n."quarantinedAt" IS NULL) IS TRUE AS belongs, n."quarantinedBecause" AS quarantined, n."failuresInARow", n."failedGeneration", n."connectedSince" IS NOT NULL AS connected,
      n."observedGeneration", n."reportedBundle",
      n.sync = 'Synced' AS synced, CASE WHEN ${per !== null} THEN n.labels END AS labels,
      CASE WHEN n.report IS NULL OR d.told IS NULL OR n.sync = 'Synced' THEN NULL ELSE jsonb_strip_nulls(jsonb_build_object('sync', n.report->'sync', 'message', n.report->'message', 'activation', n.report->'activation')) END AS report
    FROM deployment_nodes d JOIN nodes n ON n.id = d."nodeId"
    WHERE d."deploymentId" = ${rollout.id} AND (${nodeIds === null} OR d."nodeId" = ANY(${nodeIds === null ? [] : [...nodeIds]}::text[]))
    ORDER BY d.wave, d."nodeName"`;
  return rows.map((row) => toNode(row, per));
}

const limitedSchema = z.object({ maxUnavailablePer: maxUnavailablePerSchema });

function limitByGroup({ policy }: LockedRollout): RolloutPolicy['maxUnavailablePer'] {
  return limitedSchema.parse(policy).maxUnavailablePer;
}

/**
 * Who of a wave runs the bundle, and who stays behind and runs what the fleet ran before, by wave and name: whom gates compare. So many as they look at are taken evenly from an
 * index of where nodes stand, and only of those is more read; who has gone, or runs something else by now, is left out.
 */
export async function readCohorts(tx: Transaction, rollout: LockedRollout, previousBundle: string): Promise<{ wave: Cohort; control: Cohort }> {
  const rows = await tx.$queryRaw<(Cohort[number] & { told: boolean })[]>`
    WITH standing AS MATERIALIZED (
      SELECT state, wave, "nodeName" AS name, row_number() OVER (PARTITION BY state ORDER BY wave, "nodeName") - 1 AS place, count(*) OVER (PARTITION BY state) AS total, CASE state WHEN 'Running' THEN ${sampleMax.wave}::bigint ELSE ${sampleMax.control}::bigint END AS most
      FROM deployment_nodes WHERE "deploymentId" = ${rollout.id} AND ((state = 'Running' AND wave = ${rollout.wave}) OR state = 'ToCome')
    ), taken AS MATERIALIZED (
      SELECT state, wave, name FROM standing WHERE total <= most OR place = (place * most + total - 1) / total * total / most
    )
    SELECT d."nodeId" AS node, d."nodeName" AS name, d.told IS NOT NULL AS told
    FROM taken t JOIN deployment_nodes d ON d."deploymentId" = ${rollout.id} AND d.state = t.state AND d.wave = t.wave AND d."nodeName" = t.name JOIN nodes n ON n.id = d."nodeId"
    WHERE CASE WHEN d.told IS NOT NULL THEN n."reportedBundle" = ${rollout.bundle}
      ELSE n."reportedBundle" = ${previousBundle} AND n."connectedSince" IS NOT NULL AND n."fleetId" = ${rollout.fleetId} AND n."revokedAt" IS NULL AND n."quarantinedAt" IS NULL END
    ORDER BY d.wave, d."nodeName"`;
  return { wave: rows.filter(({ told }) => told), control: rows.filter(({ told }) => !told) };
}

type Cohort = { node: string; name: string }[];

function toNode(row: SnapshotRow, per: RolloutPolicy['maxUnavailablePer']): RolloutNode {
  const { generation, told, requestedAt } = row;
  return {
    node: row.nodeId,
    name: row.nodeName,
    wave: row.wave,
    state: row.state,
    since: row.since.getTime(),
    message: row.message,
    told: generation === null || told === null || requestedAt === null ? null : { generation: Number(generation), bundle: told, at: requestedAt.getTime() },
    afterFailure: row.afterFailure,
    group: groupOf(row.labels ?? {}, per),
    facts: toFacts(row),
  };
}

function toFacts(row: SnapshotRow): NodeFacts {
  const facts = { belongs: row.belongs, quarantined: row.quarantined, failuresInARow: row.failuresInARow, failedGeneration: Number(row.failedGeneration), connected: row.connected, observedGeneration: Number(row.observedGeneration), bundle: row.reportedBundle };
  if (row.report === null) return { ...facts, sync: row.synced ? 'Synced' : 'Unknown', activating: null, staged: false, message: '' };
  const report = reportedSchema.parse(row.report);
  return { ...facts, sync: report.sync, activating: report.activation?.generation ?? null, staged: report.activation?.step === 'Staged', message: report.activation?.message ?? report.message };
}

function milliseconds(time: Date | null): number | null {
  return time === null ? null : time.getTime();
}

/*
 * What a step asks on its way, from the database: each answer is found by an index, and costs what is in it. States are looked
 * into one by one, since only within one is an index in turn.
 */

export async function answerFrom(tx: Transaction, rollout: LockedRollout, { except, ...question }: Asked): Promise<Answer> {
  const others = [...except];
  if (question.ask === 'toldAfter') return { nodes: [], counts: await countTold(tx, rollout, question, others) };
  if (question.ask === 'firstTold') return { nodes: [], counts: await findFirstTold(tx, rollout, question, others) };
  if (question.ask === 'inFlight') return { nodes: [], counts: [], groups: await countInFlight(tx, rollout, question, others) };
  const ids = await findNodes(tx, rollout, question, others);
  return { nodes: ids.length === 0 ? [] : await readNodes(tx, rollout, ids), counts: [] };
}

/** Above every wave that a policy may have. */
const waveMax = 1_000;

type Of<Ask extends Question['ask']> = Extract<Question, { ask: Ask }>;

async function findNodes(tx: Transaction, rollout: LockedRollout, question: Of<'nodes' | 'toldBefore' | 'withFailures'>, except: readonly string[]): Promise<string[]> {
  switch (question.ask) {
    case 'nodes':
      return question.within == null ? findInTurn(tx, rollout, question.where, question.limit, except) : findWithin(tx, rollout, question, question.within, except);
    case 'toldBefore':
      return idsOf(await tx.$queryRaw`
        SELECT d."nodeId" AS id FROM deployment_nodes d
        WHERE d."deploymentId" = ${rollout.id} AND d.state = ANY(${[...question.states]}::deployment_node_state[]) AND d."requestedAt" <= ${new Date(question.at)} AND d."nodeId" <> ALL(${[...except]}::text[])`);
    case 'withFailures':
      return idsOf(await tx.$queryRaw`
        SELECT d."nodeId" AS id FROM nodes n JOIN deployment_nodes d ON d."deploymentId" = ${rollout.id} AND d."nodeId" = n.id
        WHERE n."fleetId" = ${rollout.fleetId} AND n."failuresInARow" > 0 AND d.wave = ${question.wave} AND d.state = 'Running' AND d.told = ${rollout.bundle} AND d."nodeId" <> ALL(${[...except]}::text[])`);
  }
}

async function findInTurn(tx: Transaction, rollout: LockedRollout, { states, told, afterFailure, through }: Where, limit: number | null, except: readonly string[]): Promise<string[]> {
  return idsOf(await tx.$queryRaw`
    SELECT found.id FROM unnest(${[...states]}::deployment_node_state[]) AS wanted(state)
    CROSS JOIN LATERAL (
      SELECT d."nodeId" AS id, d.wave, d."nodeName" AS name FROM deployment_nodes d
      WHERE d."deploymentId" = ${rollout.id} AND d.state = wanted.state AND d.wave <= ${through ?? waveMax} AND d."nodeId" <> ALL(${[...except]}::text[])
        AND (${told === undefined} OR CASE WHEN d.told IS NULL THEN 'nothing' WHEN d.told = ${rollout.bundle} THEN 'bundle' ELSE 'previous' END = ANY(${told === undefined ? [] : [...told]}::text[]))
        AND (${afterFailure === undefined} OR d."afterFailure" = ${afterFailure ?? 'undecided'}::deployment_after_failure)
      ORDER BY d.wave, d."nodeName" LIMIT ${limit}::int
    ) AS found ORDER BY found.wave, found.name LIMIT ${limit}::int`);
}

/** The same where groups have so many places and no more. All that wait are ranked, which costs what waits in the waves so far. */
async function findWithin(tx: Transaction, rollout: LockedRollout, { where: { states, told, through }, limit }: Of<'nodes'>, within: GroupPlaces, except: readonly string[]): Promise<string[]> {
  const taken = [...within.taken];
  return idsOf(await tx.$queryRaw`
    SELECT ranked.id FROM (
      SELECT d."nodeId" AS id, d.wave, d."nodeName" AS name, n.group, row_number() OVER (PARTITION BY n.group ORDER BY d.wave, d."nodeName") AS turn
      FROM deployment_nodes d
      CROSS JOIN LATERAL (SELECT (SELECT jsonb_agg(n.labels->l.key ORDER BY l.turn) FROM unnest(${limitByGroup(rollout)?.labels ?? []}::text[]) WITH ORDINALITY AS l(key, turn)) AS group FROM nodes n WHERE n.id = d."nodeId") AS n
      WHERE d."deploymentId" = ${rollout.id} AND d.state = ANY(${[...states]}::deployment_node_state[]) AND d.wave <= ${through ?? waveMax} AND d."nodeId" <> ALL(${[...except]}::text[])
        AND (${told === undefined} OR CASE WHEN d.told IS NULL THEN 'nothing' WHEN d.told = ${rollout.bundle} THEN 'bundle' ELSE 'previous' END = ANY(${told === undefined ? [] : [...told]}::text[]))
    ) AS ranked
    LEFT JOIN unnest(${taken.map(([group]) => group)}::text[], ${taken.map(([, nodes]) => nodes)}::int[]) AS t("group", nodes) ON t.group::jsonb = ranked.group
    WHERE ranked.turn + coalesce(t.nodes, 0) <= ${within.most} ORDER BY ranked.wave, ranked.name LIMIT ${limit}::int`);
}

/** By group, how many may be changing. */
async function countInFlight(tx: Transaction, rollout: LockedRollout, { awayAfter }: Of<'inFlight'>, except: readonly string[]): Promise<{ group: string; nodes: number }[]> {
  const rows = await tx.$queryRaw<{ group: unknown; nodes: number }[]>`
    SELECT n.group, count(*)::int AS nodes FROM deployment_nodes d
    CROSS JOIN LATERAL (SELECT (SELECT jsonb_agg(n.labels->l.key ORDER BY l.turn) FROM unnest(${limitByGroup(rollout)?.labels ?? []}::text[]) WITH ORDINALITY AS l(key, turn)) AS group FROM nodes n WHERE n.id = d."nodeId") AS n
    WHERE d."deploymentId" = ${rollout.id} AND d.told IS NOT NULL AND d."nodeId" <> ALL(${[...except]}::text[])
      AND (d.state = ANY(${[...underWay]}::deployment_node_state[]) OR (d.state = 'Offline' AND d."requestedAt" > ${awayAfter === null ? null : new Date(awayAfter)}::timestamptz))
    GROUP BY n.group`;
  return rows.map(({ group, nodes }) => ({ group: JSON.stringify(group), nodes }));
}

async function countTold(tx: Transaction, rollout: LockedRollout, { states, at }: Of<'toldAfter'>, except: readonly string[]): Promise<ToldCount[]> {
  const rows = await tx.$queryRaw<ToldRow[]>`
    SELECT wave, state, told = ${rollout.bundle} AS forward, "afterFailure", count(*)::int AS nodes, min("requestedAt") AS first FROM deployment_nodes
    WHERE "deploymentId" = ${rollout.id} AND state = ANY(${[...states]}::deployment_node_state[]) AND "requestedAt" > ${new Date(at)} AND told IS NOT NULL AND "nodeId" <> ALL(${[...except]}::text[])
    GROUP BY 1, 2, 3, 4`;
  return rows.map(toCount);
}

async function findFirstTold(tx: Transaction, rollout: LockedRollout, { states }: Of<'firstTold'>, except: readonly string[]): Promise<ToldCount[]> {
  const rows = await tx.$queryRaw<ToldRow[]>`
    SELECT found.* FROM unnest(${[...states]}::deployment_node_state[]) AS wanted(state)
    CROSS JOIN LATERAL (
      SELECT d.wave, d.state, d.told = ${rollout.bundle} AS forward, d."afterFailure", 1 AS nodes, d."requestedAt" AS first FROM deployment_nodes d
      WHERE d."deploymentId" = ${rollout.id} AND d.state = wanted.state AND d."requestedAt" IS NOT NULL AND d."nodeId" <> ALL(${[...except]}::text[])
      ORDER BY d."requestedAt" LIMIT 1
    ) AS found ORDER BY found.first LIMIT 1`;
  return rows.map(toCount);
}

interface ToldRow extends Pick<ToldCount, 'wave' | 'state' | 'afterFailure' | 'nodes'> {
  forward: boolean;
  first: Date;
}

function toCount({ forward, first, ...row }: ToldRow): ToldCount {
  return { ...row, told: forward ? 'bundle' : 'previous', firstAt: first.getTime() };
}

function idsOf(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
