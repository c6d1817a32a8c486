import { quantile, SketchRecorder } from '@selvedge/edge-runtime/protocol';
import type { Telemetry } from '@selvedge/edge-runtime/protocol';
import { describe, expect, test } from 'vitest';
import { Present } from './present.ts';
import { TelemetryRollup } from './rollup.ts';
import { decodeSketch, encodeSketch } from './sketch-codec.ts';
import { chooseStep, resolutionFor, toPoints } from './series.ts';

function telemetry(events: number, latencies: number[] = [], given: Partial<Telemetry> = {}): Telemetry {
  const recorder = new SketchRecorder();
  for (const latency of latencies) recorder.add(latency);
  return {
    from: 0, to: 2000, streams: [{ stream: 'r/A', events }], sources: [{ id: 's', received: events, refused: 1, lag: 4, paused: false }],
    models: [{ name: 'm', version: 1, predictions: events, errors: 0, latencyUs: recorder.take() }],
    detections: 1, actions: 1, deadLetters: 0, stored: events, latencyUs: sketchOf(latencies), queues: [], buffer: { records: 7, bytes: 70 }, process: { cpuShare: 0, rssBytes: 0, storeBytes: 0 },
    ...given,
  };
}

function sketchOf(values: number[]) {
  const recorder = new SketchRecorder();
  for (const value of values) recorder.add(value);
  return recorder.take();
}

const one = { organizationId: 'o', nodeId: 'n1', fleetId: 'f' };
const two = { organizationId: 'o', nodeId: 'n2', fleetId: null };

describe('rollup', () => {
  test('what two nodes report is summed up by node, fleet and organization, once each interval', () => {
    const rollup = new TelemetryRollup(0);
    rollup.ingest(one, telemetry(10, [100]), 1000);
    rollup.ingest(one, telemetry(20, [100]), 3000);
    rollup.ingest(two, telemetry(5, [10_000]), 4000);
    expect(rollup.take(9_999)).toEqual([]);
    const rows = rollup.take(10_000);
    const figures = (scope: string) => rows.find((row) => row.scope === scope)?.figures;
    expect(rows.map((row) => [row.kind, row.stepSeconds, row.at]).sort()).toEqual([['all', 10, 0], ['fleet', 10, 0], ['node', 10, 0], ['node', 10, 0]]);
    expect(figures('n1')).toMatchObject({ events: 30, predictions: 30, detections: 2, refused: 2, lag: 4, buffered: 7 });
    expect(figures('f')).toMatchObject({ events: 30, buffered: 7 });
    // Levels are added over nodes, not over messages.
    expect(figures('o')).toMatchObject({ events: 35, lag: 8, buffered: 14 });
    expect(quantile(figures('o')?.latency ?? sketchOf([]), 1)).toBeGreaterThan(9_800);
    expect(rollup.take(12_000)).toEqual([]);
  });

  test('a node that counts to the end of numbers spoils nobody’s sums', () => {
    const rollup = new TelemetryRollup(0);
    const most = Number.MAX_SAFE_INTEGER;
    const lie = telemetry(most, [], { latencyUs: { count: most, sum: 1e308, min: 0, max: 1e308, zeros: most, buckets: [[5, most]] }, buffer: { records: most, bytes: 0, oldestAt: 8.64e15 } });
    for (let i = 0; i < 100; i++) rollup.ingest(one, lie, 1000);
    for (const { figures } of rollup.takeAll(10_000)) {
      expect(figures.events).toBeLessThanOrEqual(1e14);
      expect(new Date(figures.oldestAt ?? 0).getUTCFullYear()).toBeLessThanOrEqual(9999);
      expect(decodeSketch(encodeSketch(figures.latency)).count).toBe(most);
    }
  });

  test('a minute is the sum of its intervals, also of one that a stopping process cuts short', () => {
    const rollup = new TelemetryRollup(0);
    for (let second = 0; second < 60; second += 2) rollup.ingest(two, telemetry(3, [50]), second * 1000);
    const minute = rollup.take(60_000).find((row) => row.stepSeconds === 60 && row.kind === 'node');
    expect(minute).toMatchObject({ at: 0, figures: { events: 90, buffered: 7 } });
    expect(minute?.figures.latency.count).toBe(30);
    rollup.ingest(two, telemetry(3), 61_000);
    expect(rollup.takeAll(62_000).filter((row) => row.kind === 'node').map((row) => [row.stepSeconds, row.at, row.figures.events])).toEqual([[10, 60_000, 3], [60, 60_000, 3]]);
  });
});

describe('present', () => {
  test('sums follow the latest message of each node, and forget nodes that fall silent', () => {
    const present = new Present();
    present.ingest(one, telemetry(10), 0);
    present.ingest(two, telemetry(30), 0);
    expect(present.sum(['o'], 1000)).toMatchObject({ events: 20, nodes: 2, buffered: 14, lag: 8 });
    present.ingest(one, telemetry(50), 9000);
    expect(present.sum(['o'], 9000)?.events).toBe(40);
    expect(present.sum(['f'], 9000)?.events).toBe(25);
    expect(present.sum(['o'], 10_001)).toMatchObject({ events: 25, nodes: 1 });
    present.forget('n1');
    expect(present.sum(['o'], 10_001)).toBeUndefined();
    expect(present.sum(['f'], 10_001)).toBeUndefined();
  });
});

describe('series', () => {
  test('steps are the smallest that keep within the points asked for', () => {
    expect(chooseStep(3_600_000, undefined)).toBe(10);
    expect(chooseStep(86_400_000, undefined)).toBe(120);
    expect(chooseStep(86_400_000, undefined, 240)).toBe(600);
    expect(chooseStep(3_600_000, 60)).toBe(60);
  });

  test('what is older than the short intervals are kept is read from the minutes', () => {
    const now = 10 * 86_400_000;
    expect(resolutionFor('node', 10, now - 3_600_000, now)).toBe(10);
    expect(resolutionFor('node', 10, now - 3 * 3_600_000, now)).toBe(60);
    expect(resolutionFor('all', 30, now - 3 * 3_600_000, now)).toBe(10);
    expect(resolutionFor('all', 600, now - 3_600_000, now)).toBe(60);
  });

  test('a gap is a gap, and rates are over the time that was reported', () => {
    const rollup = new TelemetryRollup(0);
    rollup.ingest(two, telemetry(100), 1000);
    rollup.ingest(two, telemetry(100), 41_000);
    const intervals = rollup.takeAll(50_000).filter((row) => row.kind === 'node' && row.stepSeconds === 10);
    const points = toPoints(intervals, 0, 60_000, 20_000, 10_000);
    expect(points.map((point) => (point.kind === 'gap' ? 'gap' : point.events))).toEqual([10, 'gap', 10]);
  });
});
