import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { emptySketch, type Telemetry } from '../protocol/index.ts';
import { TelemetryBudget } from './telemetry-budget.ts';

const figures: Telemetry = { from: 0, to: 1, streams: [], sources: [], models: [], detections: 0, actions: 0, deadLetters: 0, stored: 0, latencyUs: emptySketch(), queues: [], buffer: { records: 0, bytes: 0 }, process: { cpuShare: 0, rssBytes: 0, storeBytes: 0 } };
const row = (length: number) => ({ at: 0, values: ['x'.repeat(length)] });
const step = fc.record({ afterMs: fc.nat(20_000), rows: fc.nat(40), length: fc.nat(400), figures: fc.boolean(), linked: fc.boolean(), limit: fc.constantFrom(65_536, 100_000) });

test('no minute carries more than the budget, and what had no room is counted', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      let [now, linked, limit] = [0, true, 65_536];
      const sent = new Map<number, number>();
      const budget = new TelemetryBudget({ ...systemClock(), now: () => now }, () => limit, (message) => {
        const minute = Math.floor(now / 60_000);
        if (linked) sent.set(minute, (sent.get(minute) ?? 0) + Buffer.byteLength(JSON.stringify(message)));
        return linked;
      });
      let most = 0;
      for (const each of steps) {
        now += each.afterMs;
        ({ linked } = each);
        most = Math.max(most, (limit = each.limit));
        const before = budget.state.current;
        const took = each.figures
          ? budget.send({ type: 'telemetry', telemetry: { ...figures, budget: budget.state } })
          : budget.send({ type: 'tail', lease: 'l', stream: 's', attributes: ['a'], rows: Array.from({ length: each.rows }, () => row(each.length)), skipped: 0 });
        const after = budget.state.current;
        expect(after.bytes).toBe(sent.get(Math.floor(now / 60_000)) ?? 0);
        expect(after.bytes).toBeLessThanOrEqual(most);
        if (took) expect(linked).toBe(true);
        else if (linked) expect(after.rowsLeftOut + after.messagesDelayed).toBe(before.rowsLeftOut + before.messagesDelayed + (each.figures ? 1 : each.rows));
      }
      for (const bytes of sent.values()) expect(bytes).toBeLessThanOrEqual(most);
    }),
    { numRuns: 200 },
  );
});

test('rows leave a quarter to figures, and the minute after begins anew and tells of the one before', () => {
  let now = 0;
  const budget = new TelemetryBudget({ ...systemClock(), now: () => now }, () => 65_536, () => true);
  const tail = { type: 'tail' as const, lease: 'l', stream: 's', attributes: ['a'], rows: Array.from({ length: 10 }, () => row(1000)), skipped: 0 };
  for (let times = 0; times < 20; times++) budget.send(tail);
  expect(budget.state.current.bytes).toBeLessThanOrEqual(49_152);
  const { rowsLeftOut } = budget.state.current;
  expect(rowsLeftOut).toBeGreaterThan(0);
  expect(budget.send({ type: 'telemetry', telemetry: figures })).toBe(true);
  now = 60_000;
  expect(budget.state).toMatchObject({ limit: 65_536, current: { bytes: 0, rowsLeftOut: 0 }, previous: { rowsLeftOut } });
  now = 240_000;
  expect(budget.state.previous).toBeUndefined();
});
