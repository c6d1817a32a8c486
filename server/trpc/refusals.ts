import { recordRefusalOfCall } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import type { DomainError } from '../kernel/errors.ts';
import { storableText } from '../kernel/storable-text.ts';

/** Kinds of error that mean “asked for and refused”, rather than mistyped or failed. */
const refusalKinds = new Set(['forbidden', 'conflict']);

/** Members of an input by which the object of a call is known. */
const referenceMembers = ['id', 'name', 'planHash', 'fleet', 'node'];

/**
 * Puts a refused call in the audit chain: the procedure, the object as the caller named it, the sentence of the refusal. Where
 * the chain cannot be written the refusal still stands, and the log says that the entry is missing.
 */
export async function recordRefusedCall(deps: Deps, actor: Actor, path: string, input: unknown, error: DomainError): Promise<void> {
  if (!refusalKinds.has(error.kind)) return;
  const noun = path.split('.').slice(0, -1).join('.');
  const reference = referenceOf(input);
  try {
    await recordRefusalOfCall(deps, actor, { action: path, object: { kind: noun, id: reference, name: reference }, reason: `${error.code}: ${error.message}` });
  } catch (cause) {
    deps.logger.error({ err: cause, path, requestId: actor.requestId }, 'a refusal could not be put on record');
  }
}

function referenceOf(input: unknown): string {
  if (typeof input !== 'object' || input === null) return '';
  const members = new Map<string, unknown>(Object.entries(input));
  for (const member of referenceMembers) {
    const value = members.get(member);
    if (typeof value === 'string') return storableText(value.slice(0, 128));
  }
  return '';
}
