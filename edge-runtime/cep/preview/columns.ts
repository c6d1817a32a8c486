import type { AttributeType } from '../api.ts';
import { isOfTheRecording, type Recording } from './recording.ts';

/** A column of a recording as an attribute of its stream. */
export interface RecordedColumn {
  name: string;
  type: AttributeType;
}

/** Rows that a column's type is read from: a type that they do not show is seen when the rest is refused. */
const rowsRead = 10_000;
/** Whole numbers from here on are times and counters, which lose digits as doubles and are divided by nobody. */
const longFrom = 2 ** 31;

/** The columns of each stream but for those that say when and where, with the type that all their values fit. Numbers are doubles: what is measured is rarely whole. */
export function columnsOf({ streams, of, rows }: Recording): RecordedColumn[][] {
  const values = streams.map(({ attributes }) => attributes.map((): unknown[] => []));
  for (let row = 0; row < Math.min(rows.length, rowsRead); row++) {
    const columns = values[of[row] ?? 0] ?? [];
    for (const [index, column] of columns.entries()) column.push(rows[row]?.[index] ?? null);
  }
  return streams.map(({ attributes }, stream) => attributes.map((name, index) => ({ name, type: typeOf(values[stream]?.[index] ?? []) })).filter(({ name }) => !isOfTheRecording(name)));
}

function typeOf(values: readonly unknown[]): AttributeType {
  const told = values.flatMap((value) => (typeof value === 'string' ? (value.trim() === '' ? [] : [value.trim()]) : value === null ? [] : [value]));
  if (told.length === 0) return 'string';
  if (told.every((value) => typeof value === 'boolean' || (typeof value === 'string' && /^(true|false)$/i.test(value)))) return 'bool';
  const numbers = told.map((value) => (typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN));
  if (numbers.some(Number.isNaN)) return 'string';
  return numbers.every(Number.isInteger) && numbers.some((value) => Math.abs(value) >= longFrom) ? 'long' : 'double';
}
