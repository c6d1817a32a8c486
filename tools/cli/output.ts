import { stringify } from 'yaml';

export const formats = ['table', 'wide', 'json', 'yaml', 'name'] as const;
export type Format = (typeof formats)[number];

/** One column of a table; `wide` ones are shown when asked for. */
export interface Column<T> {
  head: string;
  wide?: true;
  value(item: T): string | number | null | undefined;
}

/** Items in the form that was asked for, as text that ends with a new line. */
export function render<T>(items: readonly T[], columns: readonly Column<T>[], nameOf: (item: T) => string, format: Format): string {
  if (format === 'json') return `${JSON.stringify(items, null, 2)}\n`;
  if (format === 'yaml') return stringify(items);
  if (format === 'name') return items.map((item) => `${nameOf(item)}\n`).join('');
  return table(items, columns.filter((column) => column.wide !== true || format === 'wide'));
}

/** One thing as it is. */
export function renderOne(item: unknown, format: Format): string {
  return format === 'json' ? `${JSON.stringify(item, null, 2)}\n` : stringify(item);
}

/** A table as text, with a head. */
export function table<T>(items: readonly T[], columns: readonly Column<T>[]): string {
  const rows = [columns.map((column) => column.head), ...items.map((item) => columns.map((column) => shown(column.value(item))))];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join('   ').trimEnd()}\n`).join('');
}

/** Nothing of what a node or a person named may move the cursor or colour the terminal. */
function shown(value: string | number | null | undefined): string {
  return value === null || value === undefined || value === '' ? '-' : String(value).replaceAll(/\p{Cc}+/gu, ' ');
}

/** "4m", as kubectl writes ages. */
export function ageOf(at: number | null | undefined, now: number): string {
  if (at === null || at === undefined) return '-';
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
