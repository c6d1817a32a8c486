/**
 * Dates in text by Java's patterns (`yyyy-MM-dd HH:mm:ss.SSS` and their like), always in UTC and with English names, so
 * that the same rule gives the same text wherever it runs.
 */
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

type Piece = { literal: string } | { letter: string; width: number };

/** A pattern, ready to write dates and to read them. */
export interface DatePattern {
  write(time: number): string;
  /** Undefined when the text does not have this form; what stands behind it is not looked at, as in Java. */
  read(text: string): number | undefined;
}

const LETTERS = 'GyYMdHhKkmsSEaDuwWFzZX';
const KEPT_MAX = 200;
const kept = new Map<string, DatePattern | undefined>();

/** Undefined when the pattern has a letter that means nothing. */
export function datePattern(text: string): DatePattern | undefined {
  if (!kept.has(text)) {
    if (kept.size >= KEPT_MAX) kept.clear();
    const found = text.length > 200 ? undefined : piecesOf(text);
    kept.set(text, found && { write: (time) => found.map((one) => write(one, new Date(time))).join(''), read: (given) => read(found, given) });
  }
  return kept.get(text);
}

function piecesOf(text: string): Piece[] | undefined {
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length; ) {
    const one = text.charAt(at);
    if (one === "'") {
      const end = text.indexOf("'", at + 1);
      if (end < 0) return undefined;
      pieces.push({ literal: end === at + 1 ? "'" : text.slice(at + 1, end) });
      at = end + 1;
    } else if (/[A-Za-z]/.test(one)) {
      if (!LETTERS.includes(one)) return undefined;
      let end = at;
      while (text.charAt(end) === one) end++;
      pieces.push({ letter: one, width: end - at });
      at = end;
    } else {
      pieces.push({ literal: one });
      at++;
    }
  }
  return pieces;
}

function write(piece: Piece, date: Date): string {
  if ('literal' in piece) return piece.literal;
  const { letter, width } = piece;
  const number = (value: number): string => String(value).padStart(width, '0');
  const hour = date.getUTCHours();
  switch (letter) {
    case 'G':
      return date.getUTCFullYear() > 0 ? 'AD' : 'BC';
    case 'y':
    case 'Y': {
      const year = letter === 'y' ? date.getUTCFullYear() : weekOf(date).year;
      return width === 2 ? String(year % 100).padStart(2, '0') : number(year);
    }
    case 'M': {
      const name = MONTHS[date.getUTCMonth()] ?? '';
      return width >= 4 ? name : width === 3 ? name.slice(0, 3) : number(date.getUTCMonth() + 1);
    }
    case 'd':
      return number(date.getUTCDate());
    case 'H':
      return number(hour);
    case 'k':
      return number(hour === 0 ? 24 : hour);
    case 'K':
      return number(hour % 12);
    case 'h':
      return number(hour % 12 === 0 ? 12 : hour % 12);
    case 'm':
      return number(date.getUTCMinutes());
    case 's':
      return number(date.getUTCSeconds());
    case 'S':
      return number(date.getUTCMilliseconds());
    case 'E': {
      const name = DAYS[date.getUTCDay()] ?? '';
      return width >= 4 ? name : name.slice(0, 3);
    }
    case 'u':
      return number(date.getUTCDay() === 0 ? 7 : date.getUTCDay());
    case 'a':
      return hour < 12 ? 'AM' : 'PM';
    case 'D':
      return number(dayOfYear(date));
    case 'w':
      return number(weekOf(date).week);
    case 'W':
      return number(Math.floor((date.getUTCDate() + new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)).getUTCDay() - 1) / 7) + 1);
    case 'F':
      return number(Math.floor((date.getUTCDate() - 1) / 7) + 1);
    case 'z':
      return width >= 4 ? 'Coordinated Universal Time' : 'UTC';
    case 'Z':
      return '+0000';
    default:
      return 'Z';
  }
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}

/** Weeks begin on Sunday, and the first one is that of the first of January, as Java counts for English. */
export function weekOf(date: Date): { year: number; week: number } {
  const year = date.getUTCFullYear();
  const first = new Date(Date.UTC(year, 0, 1)).getUTCDay();
  const week = Math.floor((dayOfYear(date) + first - 1) / 7) + 1;
  const nextFirst = new Date(Date.UTC(year + 1, 0, 1));
  const daysLeft = (nextFirst.getTime() - date.getTime()) / 86_400_000;
  return daysLeft <= nextFirst.getUTCDay() ? { year: year + 1, week: 1 } : { year, week };
}

interface Fields {
  year: number;
  month: number;
  day: number;
  /** Instead of the month and the day, if it was read after them. */
  dayOfYear: number | undefined;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  half: number | undefined;
  offset: number;
}

function read(pieces: readonly Piece[], text: string): number | undefined {
  const fields: Fields = { year: 1970, month: 1, day: 1, dayOfYear: undefined, hour: 0, minute: 0, second: 0, millisecond: 0, half: undefined, offset: 0 };
  let rest = text;
  for (const [index, piece] of pieces.entries()) {
    const next = pieces[index + 1];
    const length = 'literal' in piece ? (rest.startsWith(piece.literal) ? piece.literal.length : undefined) : take(piece, rest, fields, next !== undefined && 'letter' in next);
    if (length === undefined) return undefined;
    rest = rest.slice(length);
  }
  const { year, month, day, dayOfYear, hour, minute, second, millisecond, half, offset } = fields;
  const date = new Date(0);
  if (dayOfYear === undefined) date.setUTCFullYear(year, month - 1, day);
  else date.setUTCFullYear(year, 0, dayOfYear);
  date.setUTCHours(half === undefined ? hour : (hour % 12) + half * 12, minute, second, millisecond);
  const time = date.getTime() - offset;
  return Number.isNaN(time) ? undefined : time;
}

/** Reads one field and says how long it was; undefined when it is not there. `abuts`: another number follows at once. */
function take({ letter, width }: { letter: string; width: number }, text: string, fields: Fields, abuts: boolean): number | undefined {
  if (letter === 'E' || letter === 'G') return /^[A-Za-z]+/.exec(text)?.[0].length;
  if (letter === 'a') return half(text, fields);
  if (letter === 'M' && width >= 3) return monthName(text, fields);
  if (letter === 'z' || letter === 'Z' || letter === 'X') return zone(text, fields);
  const digits = (abuts ? new RegExp(`^\\d{1,${width}}`) : /^[+-]?\d{1,9}/).exec(text)?.[0];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  switch (letter) {
    case 'y':
    case 'Y':
      fields.year = width === 2 && digits.length === 2 ? value + (value < 70 ? 2000 : 1900) : value;
      break;
    case 'M':
      fields.month = value;
      break;
    case 'd':
      fields.day = value;
      fields.dayOfYear = undefined;
      break;
    case 'H':
    case 'K':
    case 'h':
      fields.hour = value;
      break;
    case 'k':
      fields.hour = value % 24;
      break;
    case 'm':
      fields.minute = value;
      break;
    case 's':
      fields.second = value;
      break;
    case 'S':
      fields.millisecond = value;
      break;
    case 'D':
      fields.dayOfYear = value;
      break;
    default:
      break;
  }
  return digits.length;
}

function half(text: string, fields: Fields): number | undefined {
  const found = /^(am|pm)/i.exec(text)?.[0];
  if (found === undefined) return undefined;
  fields.half = found.toLowerCase() === 'pm' ? 1 : 0;
  return found.length;
}

function monthName(text: string, fields: Fields): number | undefined {
  const month = MONTHS.findIndex((one) => text.toLowerCase().startsWith(one.toLowerCase().slice(0, 3)));
  const name = MONTHS[month];
  if (name === undefined) return undefined;
  fields.month = month + 1;
  return text.toLowerCase().startsWith(name.toLowerCase()) ? name.length : 3;
}

function zone(text: string, fields: Fields): number | undefined {
  const found = /^(?:UTC|GMT|Z)?(?:([+-])(\d{2}):?(\d{2})?)?/.exec(text);
  if (found === null || found[0] === '') return undefined;
  const offset = (Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0)) * 60_000;
  fields.offset = found[1] === '-' ? -offset : offset;
  return found[0].length;
}
