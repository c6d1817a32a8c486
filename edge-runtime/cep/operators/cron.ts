/** Times by a calendar in UTC, written as Quartz does: seconds, minutes, hours, day of month, month, day of week and, if wanted, year. */
export interface Cron {
  /** The first moment after `time`, in milliseconds; undefined when there is none any more. */
  next(time: number): number | undefined;
}

type Days = (year: number, month: number, day: number) => boolean;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;

/** Reads a cron expression; what is wrong with it in `wrong`. */
export function parseCron(text: string): Cron | { wrong: string } {
  const fields = text.trim().toUpperCase().split(/\s+/);
  const [second = '', minute = '', hour = '', day = '', month = '', weekday = '', year = '*'] = fields;
  if (fields.length < 6 || fields.length > 7) return { wrong: `has six or seven fields, found ${text.trim() === '' ? 0 : fields.length}` };
  const seconds = setOf(second, 0, 59, []);
  const minutes = setOf(minute, 0, 59, []);
  const hours = setOf(hour, 0, 23, []);
  const months = setOf(month, 1, 12, MONTHS);
  const years = setOf(year, FIRST_YEAR, LAST_YEAR, []);
  const days = daysOf(day, weekday);
  const parts: readonly (readonly [string, string, unknown])[] = [['second', second, seconds], ['minute', minute, minutes], ['hour', hour, hours], ['month', month, months], ['year', year, years], ['day', `${day} ${weekday}`, days]];
  const wrong = parts.find(([, , set]) => set === undefined);
  if (wrong !== undefined || seconds === undefined || minutes === undefined || hours === undefined || months === undefined || years === undefined || days === undefined) {
    return { wrong: `does not understand the ${wrong?.[0] ?? 'field'} '${wrong?.[1] ?? ''}'` };
  }
  const times = sorted(hours).flatMap((one) => sorted(minutes).map((two) => (one * 60 + two) * 60));
  return { next: (time) => nextMoment(time, { times, seconds: sorted(seconds), months, years, days }) };
}

interface Fields {
  /** Seconds of a day at which its minutes begin. */
  times: readonly number[];
  seconds: readonly number[];
  months: ReadonlySet<number>;
  years: ReadonlySet<number>;
  days: Days;
}

function nextMoment(time: number, { times, seconds, months, years, days }: Fields): number | undefined {
  const from = new Date(Math.floor(time / 1000) * 1000 + 1000);
  let [year, month, day] = [from.getUTCFullYear(), from.getUTCMonth() + 1, from.getUTCDate()];
  let earliest = (from.getUTCHours() * 60 + from.getUTCMinutes()) * 60 + from.getUTCSeconds();
  for (; year <= LAST_YEAR; year++, month = 1, day = 1, earliest = 0) {
    if (!years.has(year)) continue;
    for (; month <= 12; month++, day = 1, earliest = 0) {
      if (!months.has(month)) continue;
      for (const last = lengthOf(year, month); day <= last; day++, earliest = 0) {
        const moment = days(year, month, day) ? firstFrom(times, seconds, earliest) : undefined;
        if (moment !== undefined) return Date.UTC(year, month - 1, day) + moment * 1000;
      }
    }
  }
  return undefined;
}

/** The first second of a day that is not before `earliest`. */
function firstFrom(times: readonly number[], seconds: readonly number[], earliest: number): number | undefined {
  for (const minute of times) {
    if (minute + 59 < earliest) continue;
    const second = seconds.find((one) => minute + one >= earliest);
    if (second !== undefined) return minute + second;
  }
  return undefined;
}

function lengthOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Which days of a month are meant; Quartz has one of the two fields say nothing, with `?` or `*`. */
function daysOf(day: string, weekday: string): Days | undefined {
  const open = (field: string): boolean => field === '?' || field === '*';
  if (open(weekday)) return open(day) ? () => true : daysOfMonth(day);
  return open(day) ? daysOfWeek(weekday) : undefined;
}

function daysOfMonth(text: string): Days | undefined {
  const last = /^L(?:-(\d{1,2}))?(W)?$/.exec(text);
  if (last !== null) {
    const before = Number(last[1] ?? 0);
    return (year, month, day) => day === (last[2] === undefined ? lengthOf(year, month) - before : workdayNear(year, month, lengthOf(year, month) - before));
  }
  const near = /^(\d{1,2})W$/.exec(text);
  if (near !== null) return (year, month, day) => day === workdayNear(year, month, Number(near[1]));
  const set = setOf(text, 1, 31, []);
  return set && ((_, __, day) => set.has(day));
}

/** The Monday to Friday nearest to a day, within its month. */
function workdayNear(year: number, month: number, wanted: number): number {
  const last = lengthOf(year, month);
  const day = Math.min(wanted, last);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === last ? day - 2 : day + 1;
  return day;
}

function daysOfWeek(text: string): Days | undefined {
  const special = /^(\d|[A-Z]{3})(?:(L)|#([1-5]))$/.exec(text);
  const weekdayOf = (year: number, month: number, day: number): number => new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
  if (special !== null) {
    const wanted = numberOf(special[1] ?? '', WEEKDAYS, 1);
    if (wanted === undefined || wanted < 1 || wanted > 7) return undefined;
    if (special[2] === 'L') return (year, month, day) => weekdayOf(year, month, day) === wanted && day + 7 > lengthOf(year, month);
    return (year, month, day) => weekdayOf(year, month, day) === wanted && Math.ceil(day / 7) === Number(special[3]);
  }
  const set = setOf(text === 'L' ? '7' : text, 1, 7, WEEKDAYS);
  return set && ((year, month, day) => set.has(weekdayOf(year, month, day)));
}

// Any value, one, a range, steps of either, and lists of all of these.
function setOf(text: string, min: number, max: number, names: readonly string[]): Set<number> | undefined {
  const set = new Set<number>();
  for (const part of text.split(',')) {
    const found = /^(\*|[A-Z0-9]+)(?:-([A-Z0-9]+))?(?:\/(\d+))?$/.exec(part);
    if (found === null) return undefined;
    const [, start = '', end, every] = found;
    const low = start === '*' ? min : numberOf(start, names, min);
    const high = end !== undefined ? numberOf(end, names, min) : start === '*' || every !== undefined ? max : low;
    const step = every === undefined ? 1 : Number(every);
    if (low === undefined || high === undefined || low < min || high > max || low > max || step < 1) return undefined;
    // A range such as FRI-MON goes on at the beginning.
    const size = max - min + 1;
    const last = high < low ? high + size : high;
    for (let value = low; value <= last; value += step) set.add(value > max ? value - size : value);
  }
  return set;
}

function numberOf(text: string, names: readonly string[], min: number): number | undefined {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  const index = names.indexOf(text);
  return index < 0 ? undefined : index + min;
}

function sorted(set: ReadonlySet<number>): number[] {
  return [...set].sort((left, right) => left - right);
}
