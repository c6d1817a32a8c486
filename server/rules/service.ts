import type { z } from 'zod';
import { claimArtefact, storeArtefact } from '../artefacts/index.ts';
import { performChange } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { parseReference } from '../models/index.ts';
import { checkRule } from './check.ts';
import { deleteDraft, deleteRule, findDraftRevision, findRuleDigest, insertRuleVersion, lockOrCreateRule, lockRule, upsertDraft } from './repository.ts';
import { ruleLimits } from './schema.ts';
import { passedTests } from './tests.ts';
import type { discardDraftInput, discardDraftOutput, publishRuleInput, publishRuleOutput, RuleAnalysis, saveDraftInput, saveDraftOutput } from './schema.ts';

/** Keeps text that need not be right yet. Another person's newer text is not overwritten: `revision` says which one this was made from. */
export async function saveDraft(deps: Deps, actor: Actor, input: z.infer<typeof saveDraftInput>): Promise<z.infer<typeof saveDraftOutput>> {
  return performChange(deps, actor, async ({ tx, record, publish }) => {
    const savedAt = new Date(deps.clock.now());
    const rule = await lockOrCreateRule(tx, { id: deps.ids.next(), organizationId: actor.organizationId, name: input.name, at: savedAt });
    const current = await findDraftRevision(tx, rule.id);
    if (input.revision !== undefined && input.revision !== (current?.revision ?? 0)) {
      const message = current === null ? 'The draft was published or discarded meanwhile.' : `${current.savedBy} has saved a newer draft meanwhile.`;
      throw new DomainError('Conflict', message, { details: { revision: current?.revision ?? 0 } });
    }
    const revision = (current?.revision ?? 0) + 1;
    await upsertDraft(tx, { ruleId: rule.id, text: input.text, basedOn: rule.latestVersion === 0 ? null : rule.latestVersion, revision, savedAt, savedBy: actor.name });
    record({ action: 'rule.saveDraft', object: { kind: 'rule', id: rule.id, name: input.name }, after: { revision, characters: input.text.length } });
    publish({ topic: 'rule', subjectId: rule.id, kind: 'draft', payload: { name: input.name } });
    return { id: rule.id, name: input.name, savedAt: savedAt.getTime(), revision };
  });
}

/** Throws the draft away, and the rule with it when nothing of it was ever published. */
export async function discardDraft(deps: Deps, actor: Actor, input: z.infer<typeof discardDraftInput>): Promise<z.infer<typeof discardDraftOutput>> {
  return performChange(deps, actor, async ({ tx, record, publish }) => {
    const rule = await lockRule(tx, actor.organizationId, input.name);
    if (rule === null) throw notFound('rule', input.name);
    const discarded = await deleteDraft(tx, rule.id);
    if (rule.latestVersion === 0) await deleteRule(tx, rule.id);
    record({ action: 'rule.discardDraft', object: { kind: 'rule', id: rule.id, name: input.name } });
    publish({ topic: 'rule', subjectId: rule.id, kind: 'draft', payload: { name: input.name } });
    return { name: input.name, discarded };
  });
}

/** Publishes a text as the rule's next version. A text that does not type-check, models included, is refused with its diagnostics. */
export async function publishRule(deps: Deps, actor: Actor, input: z.infer<typeof publishRuleInput>): Promise<z.infer<typeof publishRuleOutput>> {
  const { organizationId } = actor;
  const bytes = Buffer.from(input.text);
  if (bytes.length > ruleLimits.textBytesMax) throw new DomainError('TooLarge', `A rule has at most ${ruleLimits.textBytesMax} bytes; this one has ${bytes.length}.`);
  const analysis = await checkRule(deps.db, organizationId, input.text);
  if (!analysis.ok) throw refusal(analysis);
  const tests = await passedTests(deps, actor, input);
  const { digest } = await storeArtefact(deps, bytes);
  return performChange(deps, actor, async ({ tx, record, publish }) => {
    const at = new Date(deps.clock.now());
    const rule = await lockOrCreateRule(tx, { id: deps.ids.next(), organizationId, name: input.name, at });
    if ((await findRuleDigest(tx, rule.id, rule.latestVersion)) === digest) {
      throw new DomainError('Conflict', `Version ${rule.latestVersion} of ${input.name} is this text already.`, { details: { version: rule.latestVersion } });
    }
    const version = rule.latestVersion + 1;
    await claimArtefact(tx, { organizationId, digest, bytes: bytes.length, at });
    await insertRuleVersion(tx, {
      ruleId: rule.id,
      version,
      organizationId,
      text: input.text,
      digest,
      bytes: bytes.length,
      analysis,
      tests,
      models: [...new Set(analysis.models.flatMap(({ reference }) => parseReference(reference)?.model ?? []))],
      streams: analysis.streams.length,
      sources: [...new Set(analysis.sources.map((source) => source.type))],
      note: input.note,
      publishedBy: actor.name,
      publishedAt: at,
    });
    await deleteDraft(tx, rule.id);
    record({ action: 'rule.publish', object: { kind: 'rule', id: rule.id, name: input.name }, after: { version, digest, note: input.note, tests: tests.length } });
    publish({ topic: 'rule', subjectId: rule.id, kind: 'published', payload: { name: input.name, version } });
    return { id: rule.id, name: input.name, version, digest };
  });
}

function refusal(analysis: RuleAnalysis): DomainError {
  const errors = analysis.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` There ${errors.length === 2 ? 'is 1 more error' : `are ${errors.length - 1} more errors`}.` : '';
  const message = first === undefined ? 'The rule is refused.' : `Line ${first.line}, column ${first.column}: ${first.message}${/[.!?]$/.test(first.message) ? '' : '.'}${more}`;
  return new DomainError('RuleRefused', message, { details: { diagnostics: errors.slice(0, 100) } });
}
