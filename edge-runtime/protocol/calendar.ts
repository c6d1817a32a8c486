/** Days and times of a calendar, written as crontab does: minute, hour, day of month, month, day of week. */
export interface Calendar {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  onDay(day: CivilDay): boolean;
}

export interface CivilDay {
  /** 1 is January. */
  month: number;
  dayOfMonth: number;
  /** 0 is Sunday. */
  weekday: number;
}

const dayMs = 86_400_000;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** A day that there is comes again within these: 29 February, over a century that is no leap year. */
const daysMax = 366 * 8;

/** Reads five fields of numbers, names, ranges, lists and steps; what is wrong with them as a sentence. */
export function parseCalendar(text: string): Calendar | { wrong: string } {
  const fields = text.trim().toLowerCase().split(/\s+/);
  if (fields.length !== 5) return { wrong: 'It has to have five fields: minute, hour, day of month, month, day of week.' };
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const [minutes, hours, ofMonth, ofYear, ofWeek] = [setOf(minute, 0, 59), setOf(hour, 0, 23), setOf(day, 1, 31), setOf(month, 1, 12, months), setOf(weekday, 0, 7, weekdays)];
  const wrong = [minutes, hours, ofMonth, ofYear, ofWeek].findIndex((set) => set === undefined);
  if (minutes === undefined || hours === undefined || ofMonth === undefined || ofYear === undefined || ofWeek === undefined) return { wrong: `It cannot be read: “${fields[wrong]}”.` };
  // Sunday is 0 and 7. Where both days are restricted, either will do, as crontab has it.
  const inWeek = ({ weekday: of }: CivilDay): boolean => ofWeek.has(of) || (of === 0 && ofWeek.has(7));
  const byBoth = !day.startsWith('*') && !weekday.startsWith('*');
  const onDay = (of: CivilDay): boolean => ofYear.has(of.month) && (byBoth ? ofMonth.has(of.dayOfMonth) || inWeek(of) : ofMonth.has(of.dayOfMonth) && inWeek(of));
  const calendar = { minutes, hours, onDay };
  return nextMinutes(calendar, 0, 0) === undefined ? { wrong: 'There is no such day.' } : calendar;
}

/** Minutes from a minute of a day (days since 1970 by the same clock) to the next time, 0 when it is one; undefined when there is none. */
export function nextMinutes({ minutes, hours, onDay }: Calendar, day: number, minute: number): number | undefined {
  for (let ahead = 0; ahead <= daysMax; ahead += 1) {
    if (!onDay(civil(day + ahead))) continue;
    const at = first(minutes, hours, ahead === 0 ? minute : 0);
    if (at !== undefined) return ahead * 1440 + at - minute;
  }
  return undefined;
}

/** Minutes since the last time before or at a minute of a day, if that is less than `within`. */
export function minutesSince({ minutes, hours, onDay }: Calendar, day: number, minute: number, within: number): number | undefined {
  for (let back = 0; back * 1440 - (1439 - minute) < within; back += 1) {
    if (!onDay(civil(day - back))) continue;
    const at = last(minutes, hours, back === 0 ? minute : 1439);
    if (at !== undefined) return back * 1440 + minute - at < within ? back * 1440 + minute - at : undefined;
  }
  return undefined;
}

function civil(day: number): CivilDay {
  const date = new Date(day * dayMs);
  return { month: date.getUTCMonth() + 1, dayOfMonth: date.getUTCDate(), weekday: date.getUTCDay() };
}

function first(minutes: ReadonlySet<number>, hours: ReadonlySet<number>, from: number): number | undefined {
  for (let at = from; at < 1440; at += 1) if (hours.has(Math.floor(at / 60)) && minutes.has(at % 60)) return at;
  return undefined;
}

function last(minutes: ReadonlySet<number>, hours: ReadonlySet<number>, until: number): number | undefined {
  for (let at = until; at >= 0; at -= 1) if (hours.has(Math.floor(at / 60)) && minutes.has(at % 60)) return at;
  return undefined;
}

/** The numbers that a field means; undefined when it cannot be read. */
function setOf(field: string, least: number, most: number, names: readonly string[] = []): Set<number> | undefined {
  const set = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step = '1', more] = part.split('/');
    const [from, to = from, beyond] = range === '*' ? [least, most] : range.split('-').map((one) => numberOf(one, least, names));
    const by = Number(step);
    if (more !== undefined || beyond !== undefined || from === undefined || to === undefined || !/^\d{1,2}$/.test(step) || by < 1) return undefined;
    const end = part.includes('/') && !range.includes('-') ? most : to;
    if (!(from >= least && end >= from && end <= most)) return undefined;
    for (let one = from; one <= end; one += by) set.add(one);
  }
  return set;
}

/** NaN where it is none, which no comparison lets through. */
function numberOf(text: string, least: number, names: readonly string[]): number {
  const named = names.indexOf(text);
  if (named !== -1) return named + least;
  return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
}
