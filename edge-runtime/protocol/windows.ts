import { z } from 'zod';
import { minutesSince, nextMinutes, parseCalendar } from './calendar.ts';
import type { Calendar } from './calendar.ts';

const clockSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'It has to be a time such as 22:30.');

/** Hours of some days by the clock of a place; `days` 0 is Sunday, `to` before `from` is on the next day. */
const hoursSchema = z.object({
  days: z.array(z.number().int().min(0).max(6)).min(1).max(7),
  from: clockSchema,
  to: clockSchema,
  timeZone: z.string().max(64).refine(isTimeZone, 'There is no such time zone.'),
});

/** From each time that crontab's five fields name, by the clock of a place, for so long. */
const timesSchema = z.object({
  cron: z.string().max(128).superRefine((text, context) => {
    const calendar = parseCalendar(text);
    if ('wrong' in calendar) context.addIssue({ code: 'custom', message: calendar.wrong });
  }),
  graceMinutes: z.number().int().min(1).max(10_080),
  timeZone: hoursSchema.shape.timeZone,
});
export const windowSchema = z.union([timesSchema, hoursSchema], { error: 'It has to have days, from and to, or cron and graceMinutes, and a timeZone.' });
export const windowsSchema = z.array(windowSchema).max(14);
export type Window = z.infer<typeof windowSchema>;

function isTimeZone(name: string): boolean {
  try {
    return formatOf(name) !== undefined;
  } catch {
    return false;
  }
}

const minuteMs = 60_000;
const dayMinutes = 1440;
/** 1 January 1970 was a Thursday. */
const epochWeekday = 4;
/** Clocks are put forward or back by an hour, seldom two; so far ahead of an opening it is looked again. */
const clockChangeMinutes = 120;

/**
 * Whether one of the windows is open now; without any it is as if one always were. `checkAt` is when to look again while none
 * is open: at the next opening, or some time before it where clocks may change until then.
 */
export function openingOf(windows: readonly Window[], now: number): { open: true } | { open: false; checkAt: number } {
  if (windows.length === 0) return { open: true };
  let minutes = Number.POSITIVE_INFINITY;
  for (const window of windows) {
    const until = minutesUntil(window, now);
    if (until === 0) return { open: true };
    minutes = Math.min(minutes, until);
  }
  const startOfMinute = Math.floor(now / minuteMs) * minuteMs;
  const careful = minutes > clockChangeMinutes * 2 ? minutes - clockChangeMinutes : minutes;
  return { open: false, checkAt: startOfMinute + careful * minuteMs };
}

/** When one of the windows opens next; `now` while one is open. */
export function opensAt(windows: readonly Window[], now: number): number {
  let at = now;
  for (let opening = openingOf(windows, at); !opening.open; opening = openingOf(windows, at)) at = opening.checkAt;
  return at;
}

/** Since when a window has been open without a break, looked for to the minute and as far back as `withinMs`; `now` while none is open. */
export function openSince(windows: readonly Window[], now: number, withinMs: number): number {
  if (windows.length === 0) return now - withinMs;
  let since = now;
  for (let at = Math.floor(now / minuteMs) * minuteMs; at > now - withinMs - minuteMs && openingOf(windows, at).open; at -= minuteMs) since = at;
  return since;
}

/** Minutes until a window opens by the local clock; 0 while it is open. */
function minutesUntil(window: Window, now: number): number {
  const { day, minute } = localTime(window.timeZone, now);
  if ('cron' in window) {
    const calendar = calendarOf(window.cron);
    return minutesSince(calendar, day, minute, window.graceMinutes) === undefined ? (nextMinutes(calendar, day, minute) ?? Number.POSITIVE_INFINITY) : 0;
  }
  const weekday = (day + epochWeekday) % 7;
  const [from, to] = [minuteOf(window.from), minuteOf(window.to)];
  const length = to > from ? to - from : to + dayMinutes - from;
  let least = 8 * dayMinutes;
  for (const opens of window.days) {
    const since = ((weekday - opens + 7) % 7) * dayMinutes + minute - from;
    // One that goes over midnight, or over the week's end, began earlier.
    for (const elapsed of [since, since + 7 * dayMinutes]) {
      if (elapsed >= 0 && elapsed < length) return 0;
      if (elapsed < 0) least = Math.min(least, -elapsed);
    }
    if (since >= 0) least = Math.min(least, 7 * dayMinutes - since);
  }
  return least;
}

/** A window in words: `Mon Tue 22:00 to 05:00, Europe/Berlin`. */
export function windowText(window: Window): string {
  if ('cron' in window) return `cron ${window.cron} for ${window.graceMinutes} min, ${window.timeZone}`;
  const days = window.days.length === 7 ? '' : `${[...window.days].sort().map((day) => dayNames[day]).join(' ')} `;
  return `${days}${window.from} to ${window.to}, ${window.timeZone}`;
}

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Calendars by their text: as few as policies name, and read at each look. */
const calendars = new Map<string, Calendar>();
const calendarsMax = 1000;

function calendarOf(cron: string): Calendar {
  const known = calendars.get(cron);
  if (known !== undefined) return known;
  const calendar = parseCalendar(cron);
  if ('wrong' in calendar) throw new RangeError(calendar.wrong);
  if (calendars.size >= calendarsMax) calendars.clear();
  calendars.set(cron, calendar);
  return calendar;
}

function minuteOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** Making one takes longer than a hundred uses of it, and there are as many as time zones in use, however these are spelt. */
const formats = new Map<string, Intl.DateTimeFormat>();
const formatsMax = 1000;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  if (formats.size >= formatsMax) formats.clear();
  formats.set(timeZone, known);
  return known;
}

interface LocalTime {
  /** Days since 1970, by the clock of a place. */
  day: number;
  minute: number;
}

/** What the clock of each place showed when it was last asked: the same minute is asked for many times. */
const shown = new Map<string, { at: number; local: LocalTime }>();

function localTime(timeZone: string, now: number): LocalTime {
  const at = Math.floor(now / minuteMs);
  const last = shown.get(timeZone);
  if (last?.at === at) return last.local;
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = Object.fromEntries(formatOf(timeZone).formatToParts(now).map(({ type, value }) => [type, Number(value)]));
  const local = { day: Date.UTC(year, month - 1, day) / 86_400_000, minute: hour * 60 + minute };
  shown.set(timeZone, { at, local });
  return local;
}
