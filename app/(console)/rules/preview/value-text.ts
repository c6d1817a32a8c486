import { attributeText } from '../../../_format/number.ts';

/** Any value of a row, for a cell. */
export function valueText(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return attributeText(value);
  if (value === null || value === undefined) return attributeText(null);
  return value instanceof Set ? `{${[...value].join(', ')}}` : typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

/** An event's values with their names, in one line. */
export function dataText(data: Readonly<Record<string, unknown>>): string {
  return Object.entries(data).map(([name, value]) => `${name} ${valueText(value)}`).join(', ');
}
