import { expect, test } from 'vitest';
import { askedToWaitMs, nextAttemptAt, NotTaken } from './retries.ts';

const hour = 3_600_000;
const delivery = { attempts: 1, createdAt: 0, isTest: false };

test('a wait is asked for in seconds or until a date, and bounded', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');
  expect([null, '30', ' 5 ', '0', 'Sat, 28 Nov 2026 12:00:20 GMT', 'Sat, 28 Nov 2026 11:00:00 GMT', '999999', 'soon'].map((header) => askedToWaitMs(header, now))).toEqual([null, 30_000, 5000, 0, 20_000, 0, hour, null]);
});

test('what is not taken is tried again, later each time, for a day; a test for minutes; at the earliest when the far end wants', () => {
  let now = 0;
  const waits: number[] = [];
  for (let attempts = 1; ; attempts++) {
    const at = nextAttemptAt({ ...delivery, attempts }, new Error('away'), now);
    if (at === null) break;
    waits.push((at - now) / 1000);
    now = at;
  }
  expect(waits.slice(0, 9)).toEqual([10, 20, 40, 80, 160, 320, 640, 900, 900]);
  expect(now).toBeGreaterThan(23.5 * hour);
  expect(waits.length).toBeLessThan(110);
  expect(nextAttemptAt({ ...delivery, isTest: true, attempts: 8 }, new Error('away'), 20 * 60_000)).toBeNull();
  expect(nextAttemptAt(delivery, new NotTaken(429, 120_000), 0)).toBe(120_000);
  expect(nextAttemptAt(delivery, new NotTaken(429, 1000), 0)).toBe(10_000);
  expect(nextAttemptAt(delivery, new NotTaken(410, null), 0)).toBeNull();
});
