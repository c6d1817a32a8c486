import type { z } from 'zod';
import type { Queryable } from '../kernel/db.ts';
import { notFound } from '../kernel/errors.ts';
import { inReach } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { decisionSchema } from './schema.ts';
import type { Decision, decisionsInput, decisionsOutput } from './schema.ts';

const toDecision = (row: { at: Date }): Decision => decisionSchema.parse({ ...row, at: row.at.getTime() });

/** What a rollout and people decided, newest first; of a large one that is thousands. The cursor is the id below which the next page continues. */
export async function listDecisions(db: Queryable, reach: Reach, { id, at, cursor, limit }: z.infer<typeof decisionsInput>): Promise<z.infer<typeof decisionsOutput>> {
  if ((await db.deployment.count({ where: { ...inReach(reach), id } })) === 0) throw notFound('deployment', id);
  const until = { deploymentId: id, ...(at !== undefined && { at: { lte: new Date(at) } }) };
  const [rows, total] = await Promise.all([
    db.deploymentDecision.findMany({ where: { ...until, ...(cursor !== undefined && { id: { lt: cursor } }) }, orderBy: { id: 'desc' }, take: limit + 1 }),
    db.deploymentDecision.count({ where: until }),
  ]);
  const page = rows.slice(0, limit);
  return { items: page.map(toDecision), nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null, total };
}

/** The newest decisions of a rollout. */
export async function newestDecisions(db: Queryable, deploymentId: string, most: number): Promise<Decision[]> {
  return (await db.deploymentDecision.findMany({ where: { deploymentId }, orderBy: { id: 'desc' }, take: most })).map(toDecision);
}

/** What stops a rollout or ends it before its time, whoever decided it. */
export const stops: Decision['kind'][] = ['Paused', 'ApprovalNeeded', 'ThresholdExceeded', 'GateStopped', 'GateUndecided', 'Cancelled', 'RollingBack', 'RolledBack', 'Superseded'];

/** The newest decision of each kind that stops a rollout, newest first, however many nodes failed since. */
export async function stopsOf(db: Queryable, deploymentId: string): Promise<Decision[]> {
  const rows = await db.deploymentDecision.findMany({ where: { deploymentId, kind: { in: stops } }, orderBy: [{ kind: 'asc' }, { id: 'desc' }], distinct: ['kind'] });
  return rows.sort((a, b) => (a.id < b.id ? 1 : -1)).map(toDecision);
}

/** What each of these rollouts stands still for: its newest decision that stopped it. */
export async function lastStops(db: Queryable, deploymentIds: readonly string[]): Promise<Map<string, Decision>> {
  if (deploymentIds.length === 0) return new Map();
  const rows = await db.deploymentDecision.findMany({ where: { deploymentId: { in: [...deploymentIds] }, kind: { in: stops } }, orderBy: [{ deploymentId: 'asc' }, { id: 'desc' }], distinct: ['deploymentId'] });
  return new Map(rows.map((row) => [row.deploymentId, toDecision(row)]));
}
