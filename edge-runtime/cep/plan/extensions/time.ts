import { durationNamed } from '../aggregation-time.ts';
import type { FunctionDefinition } from '../functions.ts';
import type { Typed } from '../types.ts';
import { constantOf, extension, type Run } from './define.ts';
import { datePattern, weekOf } from './date-format.ts';

const DEFAULT = 'yyyy-MM-dd HH:mm:ss.SSS';
const DAY = 86_400_000;

function parsed(text: unknown, pattern: unknown = DEFAULT): number | null {
  return datePattern(String(pattern))?.read(String(text)) ?? null;
}

function written(time: number | null, pattern: unknown = DEFAULT): string | null {
  return time === null ? null : (datePattern(String(pattern))?.write(time) ?? null);
}

type Unit = 'millisecond' | 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

function unitOf(text: unknown): Unit | undefined {
  const named = String(text).trim().toLowerCase();
  if (named === 'quarter' || named === 'week' || named === 'millisecond') return named;
  if (named === 'weeks') return 'week';
  const duration = durationNamed(named);
  return duration === undefined ? undefined : duration === 'sec' ? 'second' : duration === 'min' ? 'minute' : duration;
}

const LENGTHS: Readonly<Partial<Record<Unit, number>>> = { millisecond: 1, second: 1000, minute: 60_000, hour: 3_600_000, day: DAY, week: 7 * DAY };

/** Moves a time; of a month that is shorter, to its last day. */
function moved(time: number, count: number, unit: unknown): number | null {
  const named = unitOf(unit);
  if (named === undefined) return null;
  const length = LENGTHS[named];
  if (length !== undefined) return time + count * length;
  const months = named === 'month' ? count : named === 'quarter' ? count * 3 : count * 12;
  const date = new Date(time);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  const result = date.getTime();
  return Number.isNaN(result) ? null : result;
}

/** `dateAdd(text, count, unit[, pattern])` and `dateAdd(time, count, unit)`, and their opposites. */
function moving(sign: 1 | -1): (values: readonly Typed[]) => Run {
  return ([first]) => {
    if (first?.type === 'long') {
      return (time, count, unit) => {
        const result = moved(Number(time), sign * Number(count), unit);
        return result === null ? null : String(result);
      };
    }
    return (text, count, unit, pattern) => {
      const time = parsed(text, pattern);
      return time === null ? null : written(moved(time, sign * Number(count), unit), pattern);
    };
  };
}

function partOf(time: number | null, unit: unknown): number | null {
  if (time === null) return null;
  const date = new Date(time);
  switch (unitOf(unit)) {
    case 'year':
      return date.getUTCFullYear();
    case 'quarter':
      return Math.floor(date.getUTCMonth() / 3) + 1;
    case 'month':
      return date.getUTCMonth() + 1;
    case 'week':
      return weekOf(date).week;
    case 'day':
      return date.getUTCDate();
    case 'hour':
      return date.getUTCHours();
    case 'minute':
      return date.getUTCMinutes();
    case 'second':
      return date.getUTCSeconds();
    case 'millisecond':
      return date.getUTCMilliseconds();
    case undefined:
      return null;
  }
}

function wholeDays(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : Math.floor(left / DAY) - Math.floor(right / DAY);
}

/** A time of one zone's clock as another's shows it; null when a zone is not known. */
function inZone(text: unknown, pattern: unknown, from: unknown, to: unknown): string | null {
  const local = parsed(text, pattern);
  if (local === null) return null;
  try {
    const utc = local - offsetOf(local - offsetOf(local, String(from)), String(from));
    return written(utc + offsetOf(utc, String(to)), pattern);
  } catch {
    return null;
  }
}

/** How far a zone's clock is ahead of UTC at a time, milliseconds. Throws when there is no such zone. */
function offsetOf(time: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }).formatToParts(time);
  const field = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(field('year'), field('month') - 1, field('day'), field('hour'), field('minute'), field('second')) - (time - (((time % 1000) + 1000) % 1000));
}

/** What the clock shows, as `pattern` has it; the engine's clock, which moves with the events. */
function now(name: string, pattern: string, takes = ''): [string, FunctionDefinition] {
  const run: Run = (time, zone) => (zone === undefined ? written(Number(time), pattern) : inZone(written(Number(time), pattern), pattern, 'UTC', zone));
  const [, { form, build }] = extension(name, { takes, gives: 'string', run });
  return [
    name,
    {
      form,
      build: (values) => {
        const built = build(values);
        return 'wrong' in built ? built : { kind: 'call', type: 'string', arguments: [{ kind: 'now', type: 'long' }, ...values], run };
      },
    },
  ];
}

/** The time of a text, or of now. */
function timestamp(name: string): [string, FunctionDefinition] {
  const [, read] = extension(name, { takes: 's s?', gives: 'long', run: parsed });
  return [name, { form: `${name}() or ${read.form}`, build: (values) => (values.length === 0 ? { kind: 'now', type: 'long' } : read.build(values)) }];
}

export const TIME: readonly [string, FunctionDefinition][] = [
  now('time:currentDate', 'yyyy-MM-dd'),
  now('time:currentTime', 'HH:mm:ss'),
  now('time:currentTimestamp', 'yyyy-MM-dd HH:mm:ss', 's!?'),
  now('time:utcTimestamp', 'yyyy-MM-dd HH:mm:ss'),
  extension('time:date', { takes: 's s?', gives: 'string', run: (text, pattern) => written(parsed(text, pattern), 'yyyy-MM-dd') }),
  extension('time:dateAdd', { takes: 's i s! s?|l i s!', gives: 'string', prepare: moving(1) }),
  extension('time:dateSub', { takes: 's i s! s?|l i s!', gives: 'string', prepare: moving(-1) }),
  extension('time:dateDiff', {
    takes: 's s|s s s s|l l',
    gives: 'long',
    prepare: ([first]) => (first?.type === 'long' ? (left, right): unknown => wholeDays(Number(left), Number(right)) : (left, right, one, two): unknown => wholeDays(parsed(left, one), parsed(right, two ?? one))),
  }),
  extension('time:dateFormat', {
    takes: 's s s?|l s',
    gives: 'string',
    prepare: ([first]) => (first?.type === 'long' ? (time, target): unknown => written(Number(time), target) : (text, target, pattern): unknown => written(parsed(text, pattern), target)),
  }),
  extension('time:dayOfWeek', { takes: 's s?', gives: 'string', run: (text, pattern) => written(parsed(text, pattern), 'EEEE') }),
  extension('time:extract', {
    takes: 's! s s? s?|l s! s?',
    gives: 'int',
    prepare: (values) => {
      const unit = constantOf(values[0]);
      if (values[0]?.type === 'long') return (time, wanted) => partOf(Number(time), wanted);
      if (typeof unit === 'string' && unitOf(unit) === undefined) return { wrong: `takes a unit such as 'year', 'month' or 'hour', found '${unit}'` };
      return (wanted, text, pattern) => partOf(parsed(text, pattern), wanted);
    },
  }),
  timestamp('time:timestampInMilliseconds'),
  extension('time:timezoneConvert', { takes: 's s s s', gives: 'string', run: inZone }),
];
