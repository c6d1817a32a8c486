import { createHash } from 'node:crypto';
import { canonicalJson } from '@selvedge/edge-runtime/protocol';
import type { JsonValue } from '@selvedge/edge-runtime/protocol';

/** What the hash of an audit entry covers: everything that it says, its place, and the hash before it. */
export interface ChainedEntry {
  organizationId: string;
  sequence: number;
  at: number;
  actor: { kind: string; id: string; name: string };
  action: string;
  object: { kind: string; id: string; name: string };
  outcome: 'done' | 'refused';
  reason: string | null;
  before: JsonValue;
  after: JsonValue;
  requestId: string;
  previousHash: string;
}

/** The hash before the first entry. */
export const genesisHash = '0'.repeat(64);

/** SHA-256, in hex, of the entry's canonical JSON (RFC 8785): anyone with the export can compute it again. */
export function hashEntry(entry: ChainedEntry): string {
  const { kind, id, name } = entry.actor;
  const covered = {
    organizationId: entry.organizationId,
    sequence: entry.sequence,
    at: entry.at,
    actor: { kind, id, name },
    action: entry.action,
    object: { kind: entry.object.kind, id: entry.object.id, name: entry.object.name },
    outcome: entry.outcome,
    reason: entry.reason,
    before: entry.before,
    after: entry.after,
    requestId: entry.requestId,
    previousHash: entry.previousHash,
  };
  return createHash('sha256').update(canonicalJson(covered)).digest('hex');
}

/** The sequence at which the chain stops being whole, or null. `entries` are in order and begin after `sequence`/`hash`. */
export function findBreak(from: { sequence: number; hash: string }, entries: readonly (ChainedEntry & { hash: string })[]): number | null {
  let previous = from;
  for (const entry of entries) {
    const whole = entry.sequence === previous.sequence + 1 && entry.previousHash === previous.hash && hashEntry(entry) === entry.hash;
    if (!whole) return previous.sequence + 1;
    previous = { sequence: entry.sequence, hash: entry.hash };
  }
  return null;
}
