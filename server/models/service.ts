import { canonicalJson } from '@selvedge/edge-runtime/protocol';
import type { z } from 'zod';
import { claimArtefact, completedUpload, artefactPath } from '../artefacts/index.ts';
import { performChange } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { callSignatureOf } from './call-signature.ts';
import { inspectOnnx, tryOnnx } from './onnx.ts';
import { resolveReferences } from './reads.ts';
import { findVersion, insertVersion, lockModel, lockOrCreateModel, moveAlias, readAlias } from './repository.ts';
import { modelLimits } from './schema.ts';
import type { Inspection, inspectUploadInput, publishModelInput, publishModelOutput, removeAliasInput, removeAliasOutput, setAliasInput, setAliasOutput, tryOutInput, tryOutOutput } from './schema.ts';

/** What is inside an upload, before anything is published. Changes nothing. */
export async function inspectUpload(deps: Deps, actor: Actor, input: z.infer<typeof inspectUploadInput>): Promise<Inspection> {
  const upload = await completedUpload(deps, actor.organizationId, input.upload, 'model');
  const inspected = await inspectOnnx(upload.path, input.columns);
  return { digest: upload.digest, ...inspected, call: callSignatureOf(inspected.signature), warnings: warningsOf(inspected) };
}

/** Publishes a complete upload as the next version of the name, which is made when it is new. */
export async function publishModel(deps: Deps, actor: Actor, input: z.infer<typeof publishModelInput>): Promise<z.infer<typeof publishModelOutput>> {
  const { organizationId } = actor;
  const upload = await completedUpload(deps, organizationId, input.upload, 'model');
  // Outside the transaction: it takes seconds, and what it reads lies under its digest and does not change.
  const { bytes, ...inspected } = await inspectOnnx(upload.path, input.columns);
  return performChange(deps, actor, async ({ tx, record, publish }) => {
    const at = new Date(deps.clock.now());
    const model = await lockOrCreateModel(tx, { id: deps.ids.next(), organizationId, name: input.name, at });
    const newest = await findVersion(tx, model.id, model.latestVersion);
    if (newest !== null && newest.digest === upload.digest && canonicalJson(newest.signature) === canonicalJson(inspected.signature)) {
      throw new DomainError('Conflict', `Version ${model.latestVersion} of ${input.name} is this file already.`, { details: { version: model.latestVersion } });
    }
    if (model.latestVersion >= modelLimits.versionsMax) throw new DomainError('LimitReached', `A model has at most ${modelLimits.versionsMax} versions.`);
    const version = model.latestVersion + 1;
    await claimArtefact(tx, { organizationId, digest: upload.digest, bytes, at });
    await insertVersion(tx, { ...inspected, modelId: model.id, version, organizationId, digest: upload.digest, bytes, warnings: warningsOf(inspected), note: input.note, publishedBy: actor.name, publishedAt: at });
    record({ action: 'model.publish', object: { kind: 'model', id: model.id, name: input.name }, after: { version, digest: upload.digest, bytes, note: input.note } });
    publish({ topic: 'model', subjectId: model.id, kind: 'published', payload: { name: input.name, version } });
    return { id: model.id, name: input.name, version, digest: upload.digest };
  });
}

function warningsOf(inspected: { selfTestMs: number }): string[] {
  return inspected.selfTestMs > 10 ? [`One prediction takes ${inspected.selfTestMs.toFixed(1)} ms here: a rule that calls it for each event handles about ${Math.floor(1000 / inspected.selfTestMs)} events/s.`] : [];
}

/** Points an alias at a version. Nodes do not follow by themselves: a bundle names exact versions, and the next plan shows the move. */
export async function setAlias(deps: Deps, actor: Actor, input: z.infer<typeof setAliasInput>): Promise<z.infer<typeof setAliasOutput>> {
  return performChange(deps, actor, async ({ tx, record, publish }) => {
    const model = await lockModel(tx, actor.organizationId, input.name);
    if (model === null) throw notFound('model', input.name);
    if ((await findVersion(tx, model.id, input.version)) === null) throw notFound('model version', `${input.name}@${input.version}`);
    const { version: previous, aliases } = await readAlias(tx, model.id, input.alias);
    if (previous === null && aliases >= modelLimits.aliasesMax) throw new DomainError('LimitReached', `A model has at most ${modelLimits.aliasesMax} aliases.`);
    if (previous !== input.version) {
      await moveAlias(tx, { id: deps.ids.next(), modelId: model.id, alias: input.alias, version: input.version, at: new Date(deps.clock.now()), by: actor.name });
      publish({ topic: 'model', subjectId: model.id, kind: 'aliased', payload: { name: input.name } });
    }
    record({ action: 'model.setAlias', object: { kind: 'model', id: model.id, name: input.name }, before: { alias: input.alias, version: previous }, after: { alias: input.alias, version: input.version } });
    return { name: input.name, alias: input.alias, version: input.version, previous };
  });
}

export async function removeAlias(deps: Deps, actor: Actor, input: z.infer<typeof removeAliasInput>): Promise<z.infer<typeof removeAliasOutput>> {
  return performChange(deps, actor, async ({ tx, record, publish }) => {
    const model = await lockModel(tx, actor.organizationId, input.name);
    if (model === null) throw notFound('model', input.name);
    const { version: previous } = await readAlias(tx, model.id, input.alias);
    if (previous === null) throw notFound('alias', `${input.name}@${input.alias}`);
    await moveAlias(tx, { id: deps.ids.next(), modelId: model.id, alias: input.alias, version: null, at: new Date(deps.clock.now()), by: actor.name });
    record({ action: 'model.removeAlias', object: { kind: 'model', id: model.id, name: input.name }, before: { alias: input.alias, version: previous } });
    publish({ topic: 'model', subjectId: model.id, kind: 'aliased', payload: { name: input.name } });
    return { name: input.name, alias: input.alias, previous };
  });
}

/** Runs a version on typed-in values, in a thread of its own. Changes nothing. */
export async function tryOut(deps: Deps, actor: Actor, input: z.infer<typeof tryOutInput>): Promise<z.infer<typeof tryOutOutput>> {
  const reference = `${input.name}@${input.version ?? input.alias ?? ''}`;
  const resolved = (await resolveReferences(deps.db, actor.organizationId, [reference])).get(reference);
  if (resolved === undefined || 'missing' in resolved) throw notFound('model', reference);
  const result = await tryOnnx(artefactPath(deps, resolved.digest), resolved.signature, input.inputs);
  return { version: resolved.version, ...result };
}

