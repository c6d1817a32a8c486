import { isDeepStrictEqual } from 'node:util';
import { settingsSchema } from '@selvedge/edge-runtime/protocol';
import { digestOf } from '../bundles/index.ts';
import { findFleetByName, formatSelector, parseSelector, previewSelector, readSettings } from '../fleets/index.ts';
import { isAllowed, refusalReason, within } from '../identity/index.ts';
import type { Capability } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import { readAliases, readVersionOfDigest } from '../models/index.ts';
import { readLatestDigests, readLatestText } from '../rules/index.ts';
import { compareDeployment } from './compare-deployment.ts';
import { compareAlertSettings, compareChannel, compareRoute } from './compare-notifications.ts';
import { comparison, nothingPending } from './comparison.ts';
import type { Comparing, Comparison } from './comparison.ts';
import { documentLimits, documentOrder } from './schema.ts';
import { movesBetween } from './fleet-moves.ts';
import type { Document, DocumentKind, FleetDocument, ModelDocument, RuleDocument } from './schema.ts';
import { lineChanges } from './text-changes.ts';

/** What an actor has to be allowed to see of each kind. */
export const readCapabilities: Record<DocumentKind, Capability> = { Rule: 'rules:read', Model: 'models:read', Fleet: 'fleets:read', Channel: 'settings:read', Route: 'settings:read', AlertSettings: 'settings:read', Deployment: 'deployments:read' };

/** What applying the documents would change, in the order in which they would be. Changes nothing. */
export async function compareDocuments(deps: Deps, actor: Actor, documents: readonly Document[], { plans }: { plans: boolean }): Promise<Comparison[]> {
  const rules = documents.flatMap((document) => (document.kind === 'Rule' ? [document.name] : []));
  const digests = rules.length === 0 ? new Map<string, string>() : await readLatestDigests(deps.db, actor.organizationId, rules);
  const comparing: Comparing = { deps, actor, documents, plans, pending: nothingPending(), digests };
  const comparisons: Comparison[] = [];
  let planned = 0;
  for (const document of inOrder(documents)) {
    const comparison = await compareOne({ ...comparing, plans: plans && planned < documentLimits.plansMax }, document);
    comparisons.push(comparison);
    if (comparison.plan !== null) planned++;
    if (comparison.action === 'same') continue;
    if (document.kind === 'Rule') comparing.pending.rules.add(document.name);
    else if (document.kind === 'Model') comparing.pending.models.add(document.name);
    else if (document.kind === 'Fleet') comparing.pending.fleets.add(document.name);
    else if (document.kind === 'Channel') comparing.pending.channels.add(document.name);
  }
  return comparisons;
}

export function inOrder(documents: readonly Document[]): Document[] {
  return documents.toSorted((left, right) => documentOrder.indexOf(left.kind) - documentOrder.indexOf(right.kind));
}

/** What one document would change now. Throws Forbidden when the actor may not read what it is about. */
export async function compareOne(comparing: Comparing, document: Document): Promise<Comparison> {
  const { deps } = comparing;
  const needed = readCapabilities[document.kind];
  // What a repository was not given to read it was not given to change: it says so of this document, and goes on with the others.
  if (!isAllowed(comparing.actor, needed) && comparing.actor.kind === 'repository') return comparison(document, digestOf(JSON.stringify(document)), { action: 'change', lines: [], blocked: refusalReason(comparing.actor, needed) });
  if (!isAllowed(comparing.actor, needed)) throw new DomainError('Forbidden', refusalReason(comparing.actor, needed), { details: { capability: needed } });
  const actor = within(comparing.actor, needed);
  switch (document.kind) {
    case 'Rule':
      return compareRule({ ...comparing, actor }, document);
    case 'Model':
      return compareModel(deps, actor, document);
    case 'Fleet':
      return compareFleet(deps, actor, document);
    case 'Channel':
      return compareChannel(deps, actor, document);
    case 'Route':
      return compareRoute({ ...comparing, actor }, document);
    case 'AlertSettings':
      return compareAlertSettings(deps, actor, document);
    case 'Deployment':
      return compareDeployment({ ...comparing, actor }, document);
  }
}

async function compareRule({ deps, actor, digests }: Comparing, document: RuleDocument): Promise<Comparison> {
  const wanted = digestOf(document.text);
  if (digests.get(document.name) === wanted) return comparison(document, wanted, { action: 'same', lines: [] });
  const latest = await readLatestText(deps.db, actor.organizationId, document.name);
  const same = latest !== null && latest.text.trimEnd() === document.text.trimEnd();
  return comparison(document, wanted, { action: same ? 'same' : latest === null ? 'create' : 'change', lines: same ? [] : lineChanges(latest?.text ?? '', document.text) });
}

async function compareModel(deps: Deps, actor: Actor, document: ModelDocument): Promise<Comparison> {
  const model = await readAliases(deps.db, actor.organizationId, document.name);
  const wanted = digestOf(JSON.stringify(document.aliases));
  if (model === null) return comparison(document, wanted, { action: 'change', lines: [], blocked: `There is no model ${document.name}: upload a version of it first.` });
  const lines: string[] = [];
  for (const [alias, target] of Object.entries(document.aliases).toSorted()) {
    const version = await versionOf(deps, actor, document.name, target);
    if (version === null || version > model.latestVersion) return comparison(document, wanted, { action: 'change', lines: [], blocked: `Model ${document.name} has no version ${target}, which ${alias} is to mean.` });
    const now = model.aliases.get(alias);
    if (now !== version) lines.push(now === undefined ? `+ ${alias} ${version}` : `~ ${alias} ${now} -> ${version}`);
  }
  return comparison(document, wanted, { action: lines.length === 0 ? 'same' : 'change', lines });
}

/** The version that a document names by number or by digest. */
export async function versionOf({ db }: Deps, actor: Actor, model: string, target: number | string): Promise<number | null> {
  return typeof target === 'number' ? target : readVersionOfDigest(db, actor.organizationId, model, target);
}

async function compareFleet({ db, clock }: Deps, actor: Actor, document: FleetDocument): Promise<Comparison> {
  const parsed = parseSelector(document.selector);
  if (!parsed.ok) return comparison(document, digestOf(document.selector), { action: 'change', lines: [], blocked: `The selector is wrong at character ${parsed.error.from + 1}: ${parsed.error.message}.` });
  const selector = formatSelector(parsed.selector);
  const wanted = digestOf(JSON.stringify({ selector, settings: document.settings }));
  const fleet = await findFleetByName(db, actor, document.name);
  // Which nodes these are is for who may see all of them.
  const moves = async (): Promise<string[]> => (actor.fleets === 'all' ? movesBetween(await previewSelector(db, actor.organizationId, { id: fleet?.id, selector }, clock.now())) : []);
  if (fleet === null) return comparison(document, wanted, { action: 'create', lines: [`+ selector ${selector}`, ...Object.entries(document.settings ?? {}).map(([key, value]) => `+ settings.${key} ${JSON.stringify(value)}`), ...(await moves())] });
  const settings = readSettings(fleet);
  const after = settingsSchema.parse({ ...settings, ...document.settings });
  const lines = [
    ...(fleet.selector === selector ? [] : [`- selector ${fleet.selector}`, `+ selector ${selector}`, ...(await moves())]),
    ...keysOf(settingsSchema.shape).filter((key) => !isDeepStrictEqual(after[key], settings[key])).map((key) => `~ settings.${key} ${JSON.stringify(settings[key])} -> ${JSON.stringify(after[key])}`),
  ];
  return comparison(document, wanted, { action: lines.length === 0 ? 'same' : 'change', lines });
}

function keysOf<Shape extends object>(shape: Shape): (keyof Shape)[] {
  return Object.keys(shape).filter((key): key is Extract<keyof Shape, string> => key in shape);
}
