import type { Actor } from '../kernel/actor.ts';
import type { Transaction } from '../kernel/db.ts';
import type { Deps } from '../kernel/deps.ts';
import type { OutboxAppend } from '../kernel/outbox.ts';
import { canonicalJson } from '@selvedge/edge-runtime/protocol';
import type { z } from 'zod';
import type { AuditAction, RefusedAction } from './actions.ts';
import { findBreak, genesisHash, hashEntry } from './chain.ts';
import { redactSecrets } from './redaction.ts';
import type { checkpointLineSchema, checkpointSchema } from './verify-export.ts';
import { appendEntries, lockHead, readChain, readHead } from './repository.ts';
import type { StoredEntry } from './repository.ts';

export interface AuditRecord<Action extends string = AuditAction> {
  /** `noun.verb`, as in `fleet.create`. */
  action: Action;
  object: { kind: string; id: string; name: string };
  before?: unknown;
  after?: unknown;
  outcome?: 'done' | 'refused';
  /** Why it was refused, or the reason that the person gave. */
  reason?: string;
}

export interface Change<Action extends string = AuditAction> {
  tx: Transaction;
  /** Notes one thing done, for the audit chain. Secrets in `before` and `after` are replaced by member name. */
  record(entry: AuditRecord<Action>): void;
  /** Notes what live views and the agent link must hear once this is committed. */
  publish(event: Omit<OutboxAppend, 'organizationId'>): void;
}

type AuditDeps = Pick<Deps, 'db' | 'clock' | 'ids' | 'outbox'>;

/**
 * Every change goes through here: one transaction writes the new state (by `work`), the audit entries that it records and
 * the outbox events that it publishes, in this order, or nothing of it. Work that records nothing writes no entry; a
 * change that a person or a program asked for must record at least one (I8).
 */
export async function performChange<Result>(deps: AuditDeps, actor: Actor, work: (change: Change) => Promise<Result>): Promise<Result> {
  return writeChange(deps, actor, work);
}

async function writeChange<Result>(deps: AuditDeps, actor: Actor, work: (change: Change<string>) => Promise<Result>): Promise<Result> {
  return deps.db.$transaction(async (tx) => {
    const records: AuditRecord<string>[] = [];
    const events: OutboxAppend[] = [];
    const result = await work({
      tx,
      record: (entry) => records.push(entry),
      publish: (event) => events.push({ ...event, organizationId: actor.organizationId }),
    });
    await appendRecords(deps, tx, actor, records);
    if (records.length > 0) events.push({ organizationId: actor.organizationId, topic: 'audit', subjectId: actor.organizationId, kind: 'appended', payload: { objects: objectsOf(records) } });
    await deps.outbox.append(tx, events);
    return result;
  });
}

/** So many are named to who is limited to fleets; a change of more refreshes no page of theirs. */
const namedMax = 100;

/** What entries are about, each once: by it live pages of people who are limited to fleets hear of theirs alone. */
function objectsOf(records: readonly AuditRecord<string>[]): { kind: string; id: string }[] {
  return Array.from(new Map(records.map(({ object: { kind, id } }) => [`${kind} ${id}`, { kind, id }])).values()).slice(0, namedMax);
}

type Refusal<Action extends string> = Required<Pick<AuditRecord<Action>, 'action' | 'object' | 'reason'>>;

/** Puts on record that something was refused: nothing else changes. */
export async function recordRefusal(deps: AuditDeps, actor: Actor, refusal: Refusal<RefusedAction>): Promise<void> {
  await writeChange(deps, actor, async ({ record }) => record({ ...refusal, outcome: 'refused' }));
}

/** The same of a call of a procedure, which is the action. */
export async function recordRefusalOfCall(deps: AuditDeps, actor: Actor, refusal: Refusal<string>): Promise<void> {
  await writeChange(deps, actor, async ({ record }) => record({ ...refusal, outcome: 'refused' }));
}

async function appendRecords(deps: AuditDeps, tx: Transaction, actor: Actor, records: readonly AuditRecord<string>[]): Promise<void> {
  if (records.length === 0) return;
  let head = await lockHead(tx, actor.organizationId);
  const entries = records.map((entry): StoredEntry => {
    const chained = {
      organizationId: actor.organizationId,
      sequence: head.sequence + 1,
      at: deps.clock.now(),
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      action: entry.action,
      object: entry.object,
      outcome: entry.outcome ?? 'done',
      reason: entry.reason ?? (actor.kind === 'user' && actor.breakGlass !== undefined ? `Break-glass: ${actor.breakGlass.reason}` : null),
      before: entry.before === undefined ? null : redactSecrets(entry.before),
      after: entry.after === undefined ? null : redactSecrets(entry.after),
      requestId: actor.requestId,
      previousHash: head.hash,
    } as const;
    const stored = { ...chained, id: deps.ids.next(), hash: hashEntry(chained) };
    head = { sequence: stored.sequence, hash: stored.hash };
    return stored;
  });
  await appendEntries(tx, entries);
}

const VERIFY_BATCH = 1_000;

/** Computes the whole chain again. `brokenAt` is the first sequence that is missing, moved or altered. */
export async function verifyChain(deps: Pick<Deps, 'db'>, actor: Actor): Promise<{ ok: boolean; entries: number; brokenAt?: number }> {
  const end = await readHead(deps.db, actor.organizationId);
  if (end === null) return { ok: true, entries: 0 };
  let last = { sequence: 0, hash: genesisHash };
  while (last.sequence < end.sequence) {
    const entries = await readChain(deps.db, actor.organizationId, last.sequence, VERIFY_BATCH);
    const brokenAt = findBreak(last, entries) ?? (entries.length === 0 ? last.sequence + 1 : null);
    if (brokenAt !== null) return { ok: false, entries: end.sequence, brokenAt };
    const newest = entries.at(-1);
    if (newest !== undefined) last = { sequence: newest.sequence, hash: newest.hash };
  }
  return { ok: true, entries: last.sequence };
}

/** The whole chain as JSON lines, oldest first, in pieces of about a thousand entries; the last line is a signed checkpoint, so that a missing end shows. */
export async function* exportChain(deps: Pick<Deps, 'db' | 'clock'>, actor: Actor, signal: AbortSignal, sign: CheckpointSigner): AsyncGenerator<string> {
  let last = { sequence: 0, hash: genesisHash };
  while (!signal.aborted) {
    const entries = await readChain(deps.db, actor.organizationId, last.sequence, VERIFY_BATCH);
    const newest = entries.at(-1);
    if (newest === undefined) break;
    yield entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    last = { sequence: newest.sequence, hash: newest.hash };
  }
  if (signal.aborted) return;
  const checkpoint: z.infer<typeof checkpointSchema> = { schema: 'selvedge.audit-checkpoint/1', organization: actor.organizationId, ...last, at: deps.clock.now() };
  yield `${JSON.stringify(await sign(actor.organizationId, canonicalJson(checkpoint)))}\n`;
}

/** Signs where the chain ends with the organization's keys, and names those. */
export type CheckpointSigner = (organizationId: string, payload: string) => Promise<z.infer<typeof checkpointLineSchema>>;
