import { DURATIONS, type Duration } from '../language/syntax.ts';

/** The start of the second, minute, … month or year (UTC) that a time lies in. */
export function startOf(duration: Duration, time: number): number {
  switch (duration) {
    case 'sec':
      return time - modulo(time, 1000);
    case 'min':
      return time - modulo(time, 60_000);
    case 'hour':
      return time - modulo(time, 3_600_000);
    case 'day':
      return time - modulo(time, 86_400_000);
    case 'month': {
      const date = new Date(time);
      return utc(date.getUTCFullYear(), date.getUTCMonth());
    }
    case 'year':
      return utc(new Date(time).getUTCFullYear(), 0);
  }
}

/** The start of the one after the one that begins at `start`. */
export function nextStart(duration: Duration, start: number): number {
  const date = new Date(start);
  if (duration === 'month') return utc(date.getUTCFullYear(), date.getUTCMonth() + 1);
  if (duration === 'year') return utc(date.getUTCFullYear() + 1, 0);
  return start + LENGTHS[duration];
}

const LENGTHS: Readonly<Record<Exclude<Duration, 'month' | 'year'>, number>> = { sec: 1000, min: 60_000, hour: 3_600_000, day: 86_400_000 };

function modulo(value: number, length: number): number {
  return ((value % length) + length) % length;
}

/** `Date.UTC` takes the years 0 to 99 for 1900 to 1999. */
function utc(year: number, month: number): number {
  return new Date(0).setUTCFullYear(year, month, 1);
}

const PER: ReadonlyMap<string, Duration> = new Map([
  ...['sec', 'second', 'seconds'].map((one): [string, Duration] => [one, 'sec']),
  ...['min', 'minute', 'minutes'].map((one): [string, Duration] => [one, 'min']),
  ...['hour', 'hours'].map((one): [string, Duration] => [one, 'hour']),
  ...['day', 'days'].map((one): [string, Duration] => [one, 'day']),
  ...['month', 'months'].map((one): [string, Duration] => [one, 'month']),
  ...['year', 'years'].map((one): [string, Duration] => [one, 'year']),
]);

/** What `per 'days'` names; undefined for anything else. */
export function durationNamed(text: string): Duration | undefined {
  return PER.get(text.trim().toLowerCase());
}

/** Durations from the finest to the coarsest, each once. */
export function inOrder(durations: readonly Duration[]): Duration[] {
  return DURATIONS.filter((one) => durations.includes(one));
}

const MOMENT = /^(\d{4})-(\d{2})-(\d{2})\s(\d{2}):(\d{2}):(\d{2})(?:\s([+-])(\d{2}):(\d{2}))?$/;

/** `2024-05-06 07:08:09`, with `+05:30` behind it where that is not UTC; undefined for anything else. */
export function momentOf(text: string): number | undefined {
  const found = MOMENT.exec(text.trim());
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  const whole = new Date(utc(year, month - 1));
  whole.setUTCDate(day);
  whole.setUTCHours(hour, minute, second);
  const kept = whole.getUTCMonth() === month - 1 && whole.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!kept) return undefined;
  const offset = found[7] === undefined ? 0 : (Number(found[8]) * 60 + Number(found[9])) * 60_000;
  return found[7] === '-' ? whole.getTime() + offset : whole.getTime() - offset;
}

/** From the second up: what stands for `**` at each place, so that the first moment remains. */
const WILD: readonly (readonly [pattern: RegExp, first: string, duration: Duration])[] = [
  [/^(\d{4})-\*\*-\*\* \*\*:\*\*:\*\*/, '$1-01-01 00:00:00', 'year'],
  [/^(\d{4}-\d{2})-\*\* \*\*:\*\*:\*\*/, '$1-01 00:00:00', 'month'],
  [/^(\d{4}-\d{2}-\d{2}) \*\*:\*\*:\*\*/, '$1 00:00:00', 'day'],
  [/^(\d{4}-\d{2}-\d{2} \d{2}):\*\*:\*\*/, '$1:00:00', 'hour'],
  [/^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}):\*\*/, '$1:00', 'min'],
  [/^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})/, '$1', 'sec'],
];

export const WITHIN_FORMS = "'yyyy-MM-dd HH:mm:ss' with ** for what may be anything, such as '2024-05-** **:**:**', and ' +05:30' behind it where that is not UTC";

/** The range that one text stands for, half open; undefined when it has none of the known forms. */
export function rangeOfText(given: string): { start: number; end: number } | undefined {
  const text = given.trim().replace(/\s+/g, ' ');
  for (const [pattern, first, duration] of WILD) {
    if (!pattern.test(text)) continue;
    const start = momentOf(text.replace(pattern, first));
    if (start === undefined) return undefined;
    // A month or year in another zone begins at another moment, but lasts as long as it does there.
    const local = momentOf(text.replace(pattern, first).slice(0, 19)) ?? start;
    return { start, end: start + (nextStart(duration, local) - local) };
  }
  return undefined;
}
