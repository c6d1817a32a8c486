import { storableText } from './storable-text.ts';

/** Escapes of a JSON text that a database column cannot hold: NUL, and halves of a character that stand alone. */
const unstorableEscape = /\\u(?:0000|d[89a-f])/i;

/**
 * Parses JSON, with U+FFFD in place of what Postgres refuses in text. An event with such a character is odd, and no reason for a
 * node's records to stop at it for ever. Costs a walk only where the text has such an escape.
 */
export function parseStorable(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return unstorableEscape.test(text) ? clean(value) : value;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [storableText(key), clean(member)]));
}
