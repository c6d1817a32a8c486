import { expect, test } from 'vitest';
import { openingOf, opensAt, openSince, windowsSchema, windowText } from './windows.ts';

const weekdays = [1, 2, 3, 4, 5];
const night = { days: weekdays, from: '22:00', to: '05:00', timeZone: 'Europe/Berlin' };
const at = (text: string): number => Date.parse(text);

test.each([
  // Berlin is two hours ahead in summer, one in winter.
  ['Monday evening', '2026-07-06T20:30:00Z', true],
  ['Monday, before it opens', '2026-07-06T19:59:00Z', false],
  ['the morning after Friday', '2026-07-11T02:59:00Z', true],
  ['the morning after Friday, when it is over', '2026-07-11T03:00:00Z', false],
  ['Sunday night', '2026-07-12T21:00:00Z', false],
  ['in winter', '2026-12-07T20:30:00Z', false],
  ['in winter, an hour later', '2026-12-07T21:30:00Z', true],
])('%s, %s: open is %s', (_, now, open) => {
  expect(openingOf([night], at(now)).open).toBe(open);
});

test('it is looked again when the next one opens, and some time before where clocks may change', () => {
  expect(openingOf([night], at('2026-07-06T19:30:20Z'))).toEqual({ open: false, checkAt: at('2026-07-06T20:00:00Z') });
  expect(openingOf([night], at('2026-07-11T12:00:00Z'))).toEqual({ open: false, checkAt: at('2026-07-13T18:00:00Z') });
  expect(openingOf([night, { ...night, days: [0], from: '12:00', to: '13:00' }], at('2026-07-12T09:30:00Z'))).toEqual({ open: false, checkAt: at('2026-07-12T10:00:00Z') });
});

test('looking again always ends in an open one, over the nights in which clocks change, too', () => {
  for (const start of ['2026-03-28T06:00:00Z', '2026-10-24T06:00:00Z', '2026-07-04T06:00:00Z']) {
    let now = at(start);
    let looks = 0;
    for (;;) {
      const opening = openingOf([night], now);
      if (opening.open) break;
      expect(opening.checkAt).toBeGreaterThan(now);
      now = opening.checkAt;
      expect(++looks).toBeLessThan(5);
    }
    // It begins with the window, not in the middle of it.
    expect(openingOf([night], now - 60_000).open).toBe(false);
  }
});

test('when it opens next, and since when it is open', () => {
  expect(opensAt([night], at('2026-07-06T19:30:20Z'))).toBe(at('2026-07-06T20:00:00Z'));
  expect(opensAt([night], at('2026-07-11T12:00:00Z'))).toBe(at('2026-07-13T20:00:00Z'));
  expect(opensAt([night], at('2026-07-06T21:00:30Z'))).toBe(at('2026-07-06T21:00:30Z'));
  expect(openSince([night], at('2026-07-06T20:04:30Z'), 300_000)).toBe(at('2026-07-06T20:00:00Z'));
  expect(openSince([night], at('2026-07-06T20:30:30Z'), 300_000)).toBe(at('2026-07-06T20:25:00Z'));
  expect(openSince([night], at('2026-07-06T19:30:30Z'), 300_000)).toBe(at('2026-07-06T19:30:30Z'));
});

test('without a window one is as good as open', () => {
  expect(openingOf([], 0)).toEqual({ open: true });
  expect(opensAt([], 7)).toBe(7);
});

test.each([
  // Berlin is an hour ahead in winter.
  ['0 2 * * sat', '2026-12-05T00:59:00Z', '2026-12-05T01:00:00Z'],
  ['30 1,13 * * *', '2026-12-05T00:41:00Z', '2026-12-05T12:30:00Z'],
  ['*/20 4-5 1 * *', '2026-12-05T00:00:00Z', '2027-01-01T03:00:00Z'],
  // Where both days are said, either will do.
  ['0 0 13 * 5', '2026-11-28T12:00:00Z', '2026-12-03T23:00:00Z'],
  ['0 3 29 feb *', '2026-11-28T12:00:00Z', '2028-02-29T02:00:00Z'],
  ['0 12 * * 7', '2026-11-28T12:00:00Z', '2026-11-29T11:00:00Z'],
])('cron %s after %s opens at %s, and for as long as its grace', (cron, now, opens) => {
  const window = { cron, graceMinutes: 10, timeZone: 'Europe/Berlin' };
  expect(new Date(opensAt([window], at(now))).toISOString()).toBe(new Date(opens).toISOString());
  expect(openingOf([window], at(opens) + 9 * 60_000 + 59_000).open).toBe(true);
  expect(openingOf([window], at(opens) + 10 * 60_000).open).toBe(false);
  expect(openSince([window], at(opens) + 5 * 60_000, 3_600_000)).toBe(at(opens));
});

test('a grace goes over midnight and over several days', () => {
  const window = { cron: '0 22 1 * *', graceMinutes: 3000, timeZone: 'Etc/UTC' };
  expect(openingOf([window], at('2026-12-03T23:59:00Z')).open).toBe(true);
  expect(openingOf([window], at('2026-12-04T00:00:00Z')).open).toBe(false);
});

test.each(['', '* * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * foo *', '5-1 * * * *', '*/0 * * * *', '1/2/3 * * * *', '1-2-3 * * * *', '0 0 31 2 *', '-1 * * * *', '1,,2 * * * *', '0 0 0 * * *'])('the crontab “%s” is refused', (cron) => {
  expect(windowsSchema.safeParse([{ cron, graceMinutes: 60, timeZone: 'Etc/UTC' }]).success).toBe(false);
});

test('windows in words', () => {
  expect([windowText(night), windowText({ ...night, days: [0, 1, 2, 3, 4, 5, 6] }), windowText({ cron: '0 2 * * 6', graceMinutes: 90, timeZone: 'Etc/UTC' })]).toEqual(['Mon Tue Wed Thu Fri 22:00 to 05:00, Europe/Berlin', '22:00 to 05:00, Europe/Berlin', 'cron 0 2 * * 6 for 90 min, Etc/UTC']);
});
