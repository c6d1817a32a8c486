import type { z } from 'zod';
import type { Queryable, Transaction } from '../kernel/db.ts';
import { toJson } from '../kernel/json-value.ts';
import { sumNodes, sumSpreads } from '../telemetry/index.ts';
import { sampleEvenly } from './cohort.ts';
import { isShift, lookEvidenceSchema, lookSchema, verdictSchema } from './schema.ts';
import type { Gate, Look, LookEvidence, NodeEvidence } from './schema.ts';
import { measureShifts } from './measure-shifts.ts';

/** So many nodes of a wave, and so many that stay behind, are looked at: the chances do not get better by more. */
export const sampleMax = { wave: 100, control: 300 } as const;
const shortMs = 10_000;
/** Intervals of ten seconds are kept for two hours, those of a minute for two days. */
const shortKeptMs = 110 * 60_000;
/** Distributions are compared over so long at most: more tells no more. */
const spreadsMs = 30 * 60_000;
const beforeMs = { min: 10 * 60_000, max: 12 * 3_600_000 } as const;

export interface EvidenceQuestion {
  organizationId: string;
  gates: readonly Gate[];
  startedAt: number;
  bakingSince: number;
  now: number;
  wave: readonly { node: string; name: string }[];
  control: readonly { node: string; name: string }[];
}

/** What nodes of a wave, and nodes that stay behind, did before the wave began and since it bakes: two statements, whatever their number, and with gates on models two more for every 25. */
export async function readEvidence(db: Queryable, question: EvidenceQuestion): Promise<LookEvidence> {
  const { startedAt, bakingSince, now } = question;
  const span = Math.min(beforeMs.max, Math.max(beforeMs.min, now - bakingSince));
  const stepMs = now - (startedAt - span) > shortKeptMs ? 60_000 : shortMs;
  const floor = (time: number): number => Math.floor(time / stepMs) * stepMs;
  const before = { from: floor(startedAt) - span, to: floor(startedAt) };
  const after = { from: Math.min(floor(bakingSince + stepMs - 1), floor(now)), to: floor(now) };
  const [wave, control] = [sampleEvenly(question.wave, sampleMax.wave), sampleEvenly(question.control, sampleMax.control)];
  const ids = [...wave, ...control].map(({ node }) => node);
  const withLatency = question.gates.some((gate) => gate.metric === 'latencyP95Ms');
  const read = { organizationId: question.organizationId, nodeIds: ids, stepSeconds: stepMs === shortMs ? (10 as const) : (60 as const), withLatency };
  const [then, since] = await Promise.all([sumNodes(db, { ...read, ...before }), sumNodes(db, { ...read, ...after })]);
  const shifts = await compareSpreads(db, question, wave, ids);
  const of = ({ node, name }: { node: string; name: string }): NodeEvidence => {
    const shifted = shifts?.nodes.get(node);
    return { node: name, before: then.get(node) ?? null, after: since.get(node) ?? null, ...(shifted !== undefined && { shifts: shifted }) };
  };
  return { before, after, wave: wave.map(of), control: control.map(of), ...(shifts !== null && { shifts: shifts.compared }) };
}

async function compareSpreads(db: Queryable, { organizationId, gates, startedAt, bakingSince, now }: EvidenceQuestion, wave: EvidenceQuestion['wave'], nodeIds: readonly string[]) {
  if (!gates.some(({ metric }) => isShift(metric))) return null;
  const read = { organizationId, nodeIds, now };
  const then = await sumSpreads(db, { ...read, from: startedAt - spreadsMs, to: startedAt });
  const since = await sumSpreads(db, { ...read, from: Math.max(bakingSince, now - spreadsMs), to: now });
  const { nodes, ...measured } = measureShifts(then.nodes, since.nodes, wave.map(({ node }) => node));
  return { nodes, compared: { before: { from: then.from, to: then.to }, after: { from: since.from, to: since.to }, ...measured } };
}

/** Keeps looks with what they were judged by. */
export async function insertLooks(tx: Transaction, deploymentId: string, looks: readonly Look[], evidence: LookEvidence): Promise<void> {
  if (looks.length === 0) return;
  await tx.deploymentLook.createMany({ data: looks.map(({ at, verdicts, ...place }) => ({ deploymentId, ...place, at: new Date(at), verdicts: toJson(verdicts), evidence: toJson(evidence) })) });
}

/** The newest looks of a deployment, without their evidence; at most `most`. */
export async function listLooks(db: Queryable, deploymentId: string, most: number): Promise<Look[]> {
  const rows = await db.deploymentLook.findMany({ where: { deploymentId }, orderBy: [{ wave: 'desc' }, { look: 'desc' }], take: most, omit: { evidence: true } });
  return rows.map((row) => lookSchema.parse({ ...row, at: row.at.getTime() }));
}

/** One look with its evidence; null when there was none. */
export async function readLook(db: Queryable, deploymentId: string, wave: number, look: number): Promise<(Look & { evidence: z.infer<typeof lookEvidenceSchema> }) | null> {
  const row = await db.deploymentLook.findUnique({ where: { deploymentId_wave_look: { deploymentId, wave, look } } });
  if (row === null) return null;
  return { wave, look, at: row.at.getTime(), verdicts: verdictSchema.array().parse(row.verdicts), evidence: lookEvidenceSchema.parse(row.evidence) };
}
