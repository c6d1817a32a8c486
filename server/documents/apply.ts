import { settingsSchema } from '@selvedge/edge-runtime/protocol';
import { createDeployment } from '../deployments/index.ts';
import { createFleet, findFleetByName, readSettings, updateFleet } from '../fleets/index.ts';
import { requireCapability, within } from '../identity/index.ts';
import type { Capability } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import { setAlias } from '../models/index.ts';
import { publishRule } from '../rules/index.ts';
import { compareOne, inOrder, versionOf } from './compare.ts';
import { nothingPending } from './comparison.ts';
import type { Comparison } from './comparison.ts';
import { makeAlertSettingsSo, makeChannelSo, makeRouteSo } from './apply-notifications.ts';
import { labelOf } from './schema.ts';
import type { AppliedDocument, Document, DocumentKind, FleetDocument, ModelDocument } from './schema.ts';

/** What an actor has to be allowed for each kind: documents open no way around a role. */
export const writeCapabilities: Record<DocumentKind, Capability> = { Rule: 'rules:write', Model: 'models:write', Fleet: 'fleets:write', Channel: 'settings:write', Route: 'settings:write', AlertSettings: 'settings:write', Deployment: 'deployments:write' };

type Did = Pick<AppliedDocument, 'did' | 'deployment'>;

/** Applies documents one after the other; at the first that is refused it throws, and what came before it stays. */
export async function applyDocuments(deps: Deps, actor: Actor, documents: readonly Document[]): Promise<AppliedDocument[]> {
  const applied: AppliedDocument[] = [];
  for (const document of inOrder(documents)) applied.push((await applyDocument(deps, actor, document, { documents })).applied);
  return applied;
}

/**
 * Compares one document with what is there now, and makes it so by the same services that people use. `note` stands where the
 * document has none. Throws what those services throw, and PlanBlocked when it cannot be done.
 */
export async function applyDocument(deps: Deps, actor: Actor, document: Document, options: { documents: readonly Document[]; note?: string }): Promise<{ applied: AppliedDocument; wanted: string }> {
  const comparison = await compareOne({ deps, actor, documents: options.documents, plans: true, pending: nothingPending(), digests: new Map() }, document);
  const { kind, name, action, blocked, lines, wanted } = comparison;
  if (blocked !== null) throw new DomainError(kind === 'Deployment' ? 'PlanBlocked' : 'Conflict', `The ${labelOf({ kind, name })} is refused: ${blocked}`, { details: { lines } });
  if (action === 'same') return { applied: { kind, name, action, did: 'unchanged', deployment: null }, wanted };
  requireCapability(actor, writeCapabilities[kind]);
  return { applied: { kind, name, action, ...(await makeSo(deps, within(actor, writeCapabilities[kind]), comparison, options.note ?? '')) }, wanted };
}

async function makeSo(deps: Deps, actor: Actor, { document, plan }: Comparison, note: string): Promise<Did> {
  switch (document.kind) {
    case 'Rule': {
      const { version } = await publishRule(deps, actor, { name: document.name, text: document.text, note: document.note ?? note });
      return { did: `published as version ${version}`, deployment: null };
    }
    case 'Model':
      return moveAliases(deps, actor, document);
    case 'Fleet':
      return setFleet(deps, actor, document);
    case 'Channel':
      return { did: await makeChannelSo(deps, actor, document), deployment: null };
    case 'Route':
      return { did: await makeRouteSo(deps, actor, document), deployment: null };
    case 'AlertSettings':
      return { did: await makeAlertSettingsSo(deps, actor, document), deployment: null };
    case 'Deployment': {
      if (plan === null) throw new DomainError('PlanChanged', `The deployment of ${document.fleet} could not be planned: what it needs changed meanwhile. Apply it again.`);
      const { id } = await createDeployment(deps, actor, { planHash: plan, note: document.note ?? note });
      return { did: `started as ${id}`, deployment: id };
    }
  }
}

async function moveAliases(deps: Deps, actor: Actor, document: ModelDocument): Promise<Did> {
  const moved: string[] = [];
  for (const [alias, target] of Object.entries(document.aliases)) {
    const version = await versionOf(deps, actor, document.name, target);
    if (version === null) throw new DomainError('Conflict', `Model ${document.name} has no version ${target} any more.`);
    if ((await setAlias(deps, actor, { name: document.name, alias, version })).previous !== version) moved.push(`${alias} to ${version}`);
  }
  return { did: `moved ${moved.join(', ')}`, deployment: null };
}

async function setFleet(deps: Deps, actor: Actor, { name, selector, settings }: FleetDocument): Promise<Did> {
  const fleet = await findFleetByName(deps.db, actor, name);
  if (fleet === null) {
    requireCapability(actor, 'fleets:write', 'organization');
    await createFleet(deps, actor, { name, selector, settings: settingsSchema.parse(settings ?? {}) });
    return { did: 'created', deployment: null };
  }
  await updateFleet(deps, actor, { id: fleet.id, version: fleet.version, selector, settings: settingsSchema.parse({ ...readSettings(fleet), ...settings }) });
  return { did: 'changed', deployment: null };
}
