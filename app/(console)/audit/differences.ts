export interface Difference {
  part: string;
  before: string | null;
  after: string | null;
  change?: string;
}

/**
 * What an entry changed, a member a row: two objects member by member, anything else as one value. What both sides have alike is
 * kept, since it says what the change did not touch.
 */
export function differences(before: unknown, after: unknown): Difference[] {
  if (before === null && after === null) return [];
  if (!isObject(before ?? {}) || !isObject(after ?? {})) return [row('value', before, after)];
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].map((name) => row(name, member(before, name), member(after, name)));
}

function row(part: string, before: unknown, after: unknown): Difference {
  const [from, to] = [textOf(before), textOf(after)];
  if (from === to) return { part, before: from, after: to };
  return { part, before: from, after: to, change: from === null ? 'added' : to === null ? 'removed' : 'changed' };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined;
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ');
  return JSON.stringify(value);
}
