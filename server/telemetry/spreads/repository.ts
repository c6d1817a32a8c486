import type { Queryable, Transaction } from '../../kernel/db.ts';
import { addSpreads } from './model-spread.ts';
import type { SpreadRow, SpreadStep } from './model-spread.ts';
import { decodeSpreads, encodeSpreads } from './codec.ts';

/** Writes spreads of intervals; of one that another process writes too, or began to, both parts are added up. */
export async function addSpreadRows(tx: Transaction, rows: readonly SpreadRow[]): Promise<void> {
  // Until the transaction ends no other process adds: two that read the same interval would each write their own sum.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('model spreads', 0))`;
  const keyOf = (nodeId: string, stepSeconds: number, at: number): string => `${nodeId} ${stepSeconds} ${at}`;
  const earlier = await tx.modelSpread.findMany({
    where: {
      stepSeconds: { in: [...new Set(rows.map(({ stepSeconds }) => stepSeconds))] },
      at: { in: [...new Set(rows.map(({ at }) => at))].map((at) => new Date(at)) },
      nodeId: { in: [...new Set(rows.map(({ nodeId }) => nodeId))] },
    },
  });
  const kept = new Map(earlier.map((row) => [keyOf(row.nodeId, row.stepSeconds, row.at.getTime()), row.spreads]));
  const values = rows.map(({ organizationId, nodeId, stepSeconds, at, packed }) => {
    const part = kept.get(keyOf(nodeId, stepSeconds, at));
    const sum = part === undefined ? packed : encodeSpreads(addSpreads(decodeSpreads(part), decodeSpreads(packed)));
    return { organization: organizationId, node: nodeId, step: stepSeconds, at: new Date(at).toISOString(), spreads: Buffer.from(sum).toString('base64') };
  });
  await tx.$executeRaw`
    INSERT INTO model_spreads ("organizationId", "nodeId", "stepSeconds", at, spreads)
    SELECT organization, node, step, at, decode(spreads, 'base64')
    FROM jsonb_to_recordset(${JSON.stringify(values)}::jsonb) AS v(organization text, node text, step smallint, at timestamptz, spreads text)
    ON CONFLICT ("nodeId", "stepSeconds", at) DO UPDATE SET spreads = EXCLUDED.spreads`;
}

/** Removes intervals older than `before`; returns how many. */
export async function deleteSpreadRows(db: Queryable, stepSeconds: SpreadStep, before: Date): Promise<number> {
  return (await db.modelSpread.deleteMany({ where: { stepSeconds, at: { lt: before } } })).count;
}
