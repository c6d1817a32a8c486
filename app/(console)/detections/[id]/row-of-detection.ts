import type { PreviewResult } from '@selvedge/edge-runtime/cep/preview';
import type { DetectionDetail } from '../../../../server/detections/schema.ts';

/** The row of a replay that is the detection: the same values, at its time or the one nearest to it. */
export function rowOfDetection(result: PreviewResult, { stream, data, at }: Pick<DetectionDetail, 'stream' | 'data' | 'at'>): number | undefined {
  const found = result.streams.find((one) => one.name === stream);
  if (found === undefined) return undefined;
  const same = found.rows.filter(({ row }) => found.attributes.every(({ name }, index) => alike(row[index], data[name])));
  const [nearest] = same.sort((left, right) => Math.abs(left.timestamp - at) - Math.abs(right.timestamp - at));
  return nearest?.index;
}

/** Averages over other windows differ in their last digits; a detection carries numbers as JSON has them. */
function alike(left: unknown, right: unknown): boolean {
  if (left === null || left === undefined) return right === null || right === undefined;
  if (typeof left === 'number' && typeof right === 'number') return Math.abs(left - right) <= 1e-6 * Math.max(1, Math.abs(left), Math.abs(right));
  return String(left) === String(right);
}
