import type { Change } from '../audit/index.ts';
import type { Deps } from '../kernel/deps.ts';
import type { NewDetection } from '../detections/index.ts';
import { writeRaises } from './repository.ts';
import type { Raise } from './repository.ts';

/** A problem that stays away for this long after its last detection is over. */
export const quietMs = 15 * 60_000;

/** Opens or adds to an alert for each kind of detection of a fleet; in the transaction that keeps the detections. */
export async function raiseForDetections(deps: Pick<Deps, 'ids'>, change: Change, detections: readonly NewDetection[]): Promise<void> {
  const raises = new Map<string, Raise>();
  for (const { organizationId, nodeId, fleetId, record } of detections) {
    const key = `detection ${JSON.stringify([fleetId, record.rule, record.stream, record.title])}`;
    const known = raises.get(key);
    const values = Object.entries(record.data).map(([name, value]) => `${name} ${typeof value === 'number' ? figureOf(value) : String(value)}`).join(', ').slice(0, 512);
    raises.set(key, {
      id: known?.id ?? deps.ids.next(), organizationId, key, source: 'detection', severity: record.severity, title: record.title, detail: `${record.rule}: ${values}`,
      rule: record.rule, stream: record.stream, nodeId, fleetId, count: (known?.count ?? 0) + 1, at: Math.max(known?.at ?? 0, record.at),
    });
  }
  await raise(change, [...raises.values()], true);
}

/** Whole numbers are counts, times and identifiers, and stand as they are; of measurements four digits are enough to act by. */
function figureOf(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
}

/** A node lost records: they had to make room. */
export async function raiseForLoss(deps: Pick<Deps, 'ids' | 'clock'>, change: Change, node: { id: string; name: string; organizationId: string; fleetId: string | null }, lost: number): Promise<void> {
  const { id: nodeId, organizationId, fleetId, name } = node;
  await raise(change, [{ id: deps.ids.next(), organizationId, key: `loss ${nodeId}`, source: 'recordsLost', severity: 'warning', title: `${name} lost records`, detail: 'They had to make room on the node while it was cut off.', nodeId, fleetId, count: lost, at: deps.clock.now() }], true);
}

async function raise(change: Change, raises: readonly Raise[], adds: boolean): Promise<void> {
  if (raises.length === 0) return;
  await writeRaises(change.tx, raises, adds);
  for (const fleet of new Set(raises.map(({ fleetId }) => fleetId ?? null))) change.publish({ topic: 'alert', subjectId: '', kind: 'raised', payload: { fleet } });
}
