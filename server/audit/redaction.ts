import type { JsonValue } from '@selvedge/edge-runtime/protocol';
import { isPlainSecret } from '../kernel/secret-names.ts';

export const redacted = '[redacted]';

const DEPTH_MAX = 32;

/** The value as it may stand in the audit chain: undefined left out, secrets replaced. Throws on what is no JSON. */
export function redactSecrets(value: unknown, depth = 0): JsonValue {
  if (depth > DEPTH_MAX) throw new RangeError(`audited values are limited to ${DEPTH_MAX} levels`);
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map((item) => redactSecrets(item, depth + 1));
  if (typeof value !== 'object') throw new TypeError(`an audited value cannot be a ${typeof value}`);
  const members: { [key: string]: JsonValue } = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    members[key] = isPlainSecret(key, member) ? redacted : redactSecrets(member, depth + 1);
  }
  return members;
}
