import type { DetectionRecord } from '@selvedge/edge-runtime/protocol';
import type { Queryable, Transaction } from '../kernel/db.ts';
import { toJson } from '../kernel/json-value.ts';

export type NewDetection = { id: string; organizationId: string; nodeId: string; fleetId: string | null; receivedAt: number; record: DetectionRecord };

/** Keeps detections; one that is here already, by its node and number, is left as it is. */
export async function insertDetections(tx: Transaction, detections: readonly NewDetection[]): Promise<void> {
  if (detections.length === 0) return;
  await tx.detection.createMany({
    data: detections.map(({ record, receivedAt, ...identity }) => ({
      ...identity,
      receivedAt: new Date(receivedAt),
      sequence: record.sequence,
      at: new Date(record.at),
      rule: record.rule,
      ruleVersion: record.ruleVersion,
      stream: record.stream,
      title: record.title,
      severity: record.severity,
      bundle: record.bundle,
      generation: record.generation,
      models: toJson(record.models),
      data: toJson(record.data),
      causes: toJson(record.causes),
      actions: toJson(record.actions),
      latencyUs: record.latencyUs,
    })),
    skipDuplicates: true,
  });
}

/** Removes detections that came before `before`, at most `limit`; returns how many. */
export async function deleteDetectionsBefore(db: Queryable, before: Date, limit: number): Promise<number> {
  return db.$executeRaw`DELETE FROM detections WHERE id IN (SELECT id FROM detections WHERE "receivedAt" < ${before} ORDER BY "receivedAt" LIMIT ${limit})`;
}
