import { significant } from './number.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time in its two largest units: 9_000_000 → "2 h 30 min". Never negative. */
export function duration(milliseconds: number): string {
  const value = Math.max(0, milliseconds);
  if (value < second) return `${Math.round(value)} ms`;
  if (value < minute) return `${Math.floor(value / second)} s`;
  if (value < hour) return two(value, minute, 'min', second, 's', value < 10 * minute);
  if (value < day) return two(value, hour, 'h', minute, 'min', true);
  return two(value, day, value < 2 * day ? 'day' : 'days', hour, 'h', value < 7 * day);
}

function two(value: number, large: number, largeUnit: string, small: number, smallUnit: string, both: boolean): string {
  const whole = Math.floor(value / large);
  const rest = Math.floor((value % large) / small);
  return both && rest > 0 ? `${whole} ${largeUnit} ${rest} ${smallUnit}` : `${whole} ${largeUnit}`;
}

/** Time from now, in one unit: "just now", "26 min ago", "in 9 days". */
export function relative(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance < 5 * second) return 'just now';
  const length = one(distance);
  return at <= now ? `${length} ago` : `in ${length}`;
}

function one(distance: number): string {
  if (distance < minute) return `${Math.floor(distance / second)} s`;
  if (distance < hour) return `${Math.floor(distance / minute)} min`;
  if (distance < day) return `${Math.floor(distance / hour)} h`;
  const days = Math.floor(distance / day);
  return `${days} ${days === 1 ? 'day' : 'days'}`;
}

/** Whose clock a moment is told by. The reader's zone is known in the browser alone; a server tells UTC, so that both draw the same. */
export type Zone = 'here' | 'UTC';

function inBothZones(options: Intl.DateTimeFormatOptions): (at: number, zone: Zone) => string {
  const here = new Intl.DateTimeFormat('en-GB', options);
  const utc = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
  return (at, zone) => (zone === 'here' ? here : utc).format(at);
}

const dayParts = { year: 'numeric', month: 'short', day: 'numeric' } as const;
const clockParts = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
const dateTime = inBothZones({ ...dayParts, ...clockParts, timeZoneName: 'short' });
const dateTimeMilliseconds = inBothZones({ ...dayParts, ...clockParts, fractionalSecondDigits: 3, timeZoneName: 'short' });
const clock = inBothZones(clockParts);
const shortClock = inBothZones({ hour: '2-digit', minute: '2-digit' });
const dateOnly = inBothZones(dayParts);

/** The moment itself, with the zone. */
export function absolute(at: number, zone: Zone = 'here'): string {
  return dateTime(at, zone);
}

/** The same to the millisecond. */
export function absoluteMilliseconds(at: number, zone: Zone = 'here'): string {
  return dateTimeMilliseconds(at, zone);
}

/** "11:12:04.218" */
export function clockMilliseconds(at: number, zone: Zone = 'here'): string {
  return `${clock(at, zone)}.${String(Math.floor(((at % 1000) + 1000) % 1000)).padStart(3, '0')}`;
}

/** "11:12:04" */
export function clockSeconds(at: number): string {
  return clock(at, 'here');
}

/** "11:12" */
export function clockMinutes(at: number): string {
  return shortClock(at, 'here');
}

/** "23 Nov 2026" */
export function date(at: number, zone: Zone = 'here'): string {
  return dateOnly(at, zone);
}

/** Whether a clock alone leaves open which day is meant. */
export function areOfSeveralDays(moments: readonly number[], zone: Zone): boolean {
  const first = moments[0];
  return first !== undefined && moments.some((at) => date(at, zone) !== date(first, zone));
}

/** Microseconds in the unit that fits: 6400 → "6.4 ms"; in a column with all digits, "6.40 ms". */
export function microseconds(value: number, figure: (value: number) => string = significant): string {
  if (value < 1000) return `${figure(value)} µs`;
  if (value < 1e6) return `${figure(value / 1000)} ms`;
  return `${figure(value / 1e6)} s`;
}
