/** A value that canonical JSON can hold. `undefined` members are left out, as JSON.stringify leaves them out. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue | undefined };

const MAX_DEPTH = 64;

/**
 * The one text of a value: members sorted by UTF-16 code unit, no white space, numbers as ECMAScript writes them (RFC 8785).
 * What is signed and digested is always this text, so that every party computes the same bytes.
 * Throws a RangeError on non-finite numbers and on nesting deeper than 64.
 */
export function canonicalJson(value: JsonValue): string {
  return isInOrder(value, 0) ? JSON.stringify(value) : write(value, 0);
}

/** Whether all members come as they are to be written: a text that was canonical and was read gives such a value, and JSON.stringify the text. */
function isInOrder(value: JsonValue, depth: number): boolean {
  requireWritable(value, depth);
  if (value === null || typeof value !== 'object') return true;
  if (Array.isArray(value)) return value.every((item) => isInOrder(item, depth + 1));
  let last = '';
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (key < last || (member !== undefined && !isInOrder(member, depth + 1))) return false;
    last = key;
  }
  return true;
}

function requireWritable(value: JsonValue, depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError(`canonical JSON is limited to ${MAX_DEPTH} levels`);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`canonical JSON has no ${value}`);
}

function write(value: JsonValue, depth: number): string {
  requireWritable(value, depth);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`;
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${write(member, depth + 1)}`);
  }
  return `{${members.join(',')}}`;
}
