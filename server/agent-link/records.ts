import type { NodeRecord } from '@selvedge/edge-runtime/protocol';
import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { raiseForDetections, raiseForLoss } from '../alerts/index.ts';
import { insertDetections } from '../detections/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { quantity } from '../kernel/quantity.ts';
import { insertTimeline, lockNodes, writeRecordsThrough } from '../nodes/index.ts';
import type { NodeRow } from '../nodes/index.ts';

/** The end of the year 9999: a node's clock may say anything, a column holds no more. */
const latestTime = 253_402_300_799_999;

/** What became of a batch: everything up to `through` is in the database, `lost` numbers before that never came. */
export type RecordsTaken = { through: number; taken: number; lost: number };

/**
 * Takes numbered records of a node, each exactly once: the node's row holds the highest number that is here and is locked
 * meanwhile, so a batch that comes twice, even over two connections, is recognised by its numbers. A number that is skipped
 * had to make room on a node whose disk was full; it is counted and said.
 */
export async function takeRecords(deps: Deps, actor: Actor, nodeId: string, records: readonly NodeRecord[]): Promise<RecordsTaken> {
  return performChange(deps, actor, async (change) => {
    const [node] = await lockNodes(change.tx, actor, [nodeId]);
    if (node === undefined) return { through: 0, taken: 0, lost: 0 };
    const before = Number(node.recordsThrough);
    const fresh = freshRecords(records, before);
    const through = fresh.at(-1)?.sequence ?? before;
    const lost = through - before - fresh.length;
    if (fresh.length === 0) return { through, taken: 0, lost: 0 };
    await writeRecords(deps, change, node, fresh);
    if (lost > 0) await noteLoss(deps, change, node, lost);
    await writeRecordsThrough(change.tx, nodeId, through, lost);
    return { through, taken: fresh.length, lost };
  });
}

/** Records above the highest number that is here, ascending, each number once. */
export function freshRecords(records: readonly NodeRecord[], through: number): NodeRecord[] {
  const fresh = new Map<number, NodeRecord>();
  for (const record of records) if (record.sequence > through && !fresh.has(record.sequence)) fresh.set(record.sequence, record);
  return [...fresh.values()].sort((a, b) => a.sequence - b.sequence);
}

async function writeRecords(deps: Deps, change: Change, node: NodeRow, records: readonly NodeRecord[]): Promise<void> {
  const { id: nodeId, organizationId, fleetId } = node;
  const receivedAt = deps.clock.now();
  const detections = records
    .filter((record) => record.kind === 'detection')
    .map((record) => ({ id: deps.ids.next(), organizationId, nodeId, fleetId, receivedAt, record: { ...record, at: Math.min(record.at, latestTime) } }));
  const notes = records.filter((record) => record.kind === 'timeline');
  await insertDetections(change.tx, detections);
  await raiseForDetections(deps, change, detections);
  await insertTimeline(
    change.tx,
    notes.map(({ at, tone, reason, message, sequence }) => ({ id: deps.ids.next(), organizationId, nodeId, at: Math.min(at, latestTime), tone, reason, message, sequence, source: { kind: 'node' } })),
  );
  const latest = detections.at(-1);
  if (latest !== undefined) change.publish({ topic: 'detection', subjectId: latest.id, kind: 'detected', payload: { fleet: fleetId, node: nodeId, count: detections.length } });
  if (notes.length > 0) change.publish({ topic: 'node', subjectId: nodeId, kind: 'timeline' });
}

async function noteLoss(deps: Deps, change: Change, node: NodeRow, lost: number): Promise<void> {
  const { id: nodeId, organizationId } = node;
  const message = `${quantity(lost, 'record')} never arrived: they had to make room on the node while it was cut off.`;
  await insertTimeline(change.tx, [{ id: deps.ids.next(), organizationId, nodeId, at: deps.clock.now(), tone: 'critical', reason: 'RecordsLost', message, source: { kind: 'control plane' } }]);
  await raiseForLoss(deps, change, node, lost);
}
