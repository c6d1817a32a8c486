import { settingsSchema } from '@selvedge/edge-runtime/protocol';
import type { BundleManifest, Settings } from '@selvedge/edge-runtime/protocol';
import { digestOf, readManifest } from '../bundles/index.ts';
import { changesBetween, findNewest, planDeployment, readTarget } from '../deployments/index.ts';
import { rolloutPolicySchema } from '../deployments/schema.ts';
import type { Expected, MadePlan, PlanChange, Violation } from '../deployments/schema.ts';
import { findFleetByName, readSettings } from '../fleets/index.ts';
import type { FleetRow } from '../fleets/index.ts';
import { figure, quantity, span } from '../kernel/quantity.ts';
import { parseReference } from '../models/index.ts';
import { readLatestText, readRuleTexts, readVersionOfText, referencesIn } from '../rules/index.ts';
import { comparison } from './comparison.ts';
import type { Comparing, Comparison } from './comparison.ts';
import type { DeploymentDocument } from './schema.ts';

type RuleReference = { name: string; version: number };
type Found = { reference: RuleReference } | { pending: string } | { problem: string };

/**
 * A deployment is as wanted when its fleet runs the bundle that it makes, or a rollout to it is under way: what its nodes do is the
 * rollout's to see to, and looking does not grow with the fleet. One that a person took back is held.
 */
export async function compareDeployment(comparing: Comparing, document: DeploymentDocument): Promise<Comparison> {
  const { deps, actor, pending } = comparing;
  const { organizationId } = actor;
  const fleet = await findFleetByName(deps.db, actor, document.fleet);
  const newest = fleet === null ? null : await findNewest(deps.db, fleet.id);
  const underWay = newest !== null && ['Progressing', 'Paused', 'Suspended'].includes(newest.state);
  const decided = underWay ? newest.bundle : (fleet?.bundle ?? null);
  const running = decided === null ? null : await readManifest(deps.db, organizationId, decided);
  const found = await Promise.all(document.rules.map((written) => findRule(comparing, running, written)));
  const problem = problemOf(document, fleet, comparing, found);
  const action = newest === null ? 'create' : 'change';
  if (problem !== null) return unknown(document, { action, blocked: problem });
  const references = found.flatMap((one) => ('reference' in one ? [one.reference] : []));
  const settings = fleet === null ? null : settingsFor(comparing, document, fleet);
  if (fleet === null || settings === null || references.length < found.length) return unknown(document, { action, lines: pendingLines(found) });

  const target = await readTarget(deps.db, organizationId, fleet, { rules: references, ...settings });
  const wanted = target.to.digest;
  if (target.rules.some(({ text }) => referencesIn(text).some((reference) => pending.models.has(parseReference(reference)?.model ?? '')))) return unknown(document, { action, lines: pendingLines(found) });
  if (decided === wanted) return comparison(document, wanted, { action: 'same', lines: [] });
  const ours = newest?.bundle === wanted ? newest : null;
  const takenBack = ours === null ? null : `The last deployment of exactly this was ${ours.state === 'Cancelled' ? 'cancelled' : 'rolled back'}: a person has to start it again.`;
  if (comparing.plans) {
    const plan = await planDeployment(deps, actor, { fleet: fleet.id, rules: references, ...settings, policy: document.policy ?? rolloutPolicySchema.parse({}) });
    if (plan.violations.some(({ code }) => code === 'NothingChanges')) return comparison(document, wanted, { action: 'same', lines: [] });
    return comparison(document, wanted, { action, lines: planLines(plan), plan: plan.hash, held: takenBack, blocked: blockedBy(plan.violations) });
  }
  const lines = [...changesBetween(running, target.to.manifest).map(changeLine), ...target.violations.map(violationLine)];
  return comparison(document, wanted, { action, lines, blocked: blockedBy(target.violations), held: target.excluded?.message ?? takenBack });
}

/** One that can only be looked at closely when what stands before it is applied. */
function unknown(document: DeploymentDocument, rest: Pick<Comparison, 'action'> & Partial<Comparison>): Comparison {
  return comparison(document, digestOf(JSON.stringify(document)), { lines: [], ...rest });
}

function problemOf(document: DeploymentDocument, fleet: FleetRow | null, { pending }: Comparing, found: readonly Found[]): string | null {
  if (fleet === null && !pending.fleets.has(document.fleet)) return `There is no fleet ${document.fleet}.`;
  const names = document.rules.map((written) => written.split('@')[0]);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `Rule ${twice} stands in it twice.`;
  return found.flatMap((one) => ('problem' in one ? [one.problem] : []))[0] ?? null;
}

/** What a deployment sets, if anything, else what its fleet has, or will have by the document beside; null where a plan could not know that yet. */
function settingsFor({ documents, plans, pending }: Comparing, document: DeploymentDocument, fleet: FleetRow): { settings?: Settings } | null {
  if (document.settings !== undefined) return { settings: settingsSchema.parse(document.settings) };
  if (!pending.fleets.has(document.fleet)) return {};
  const beside = documents.find((one) => one.kind === 'Fleet' && one.name === document.fleet);
  return plans || beside?.kind !== 'Fleet' ? null : { settings: settingsSchema.parse({ ...readSettings(fleet), ...beside.settings }) };
}

/** A name means the text beside it: in the version that the fleet runs, where that has the text, so that nothing moves that need not. */
async function findRule({ deps, actor, documents, pending }: Comparing, running: BundleManifest | null, written: string): Promise<Found> {
  const { organizationId } = actor;
  const [name = '', version = 'latest'] = written.split('@');
  if (version !== 'latest') {
    const [text] = await readRuleTexts(deps.db, organizationId, [{ name, version: Number(version) }]);
    return text === undefined ? { problem: `There is no version ${version} of rule ${name}.` } : { reference: { name, version: text.version } };
  }
  const beside = documents.find((one) => one.kind === 'Rule' && one.name === name);
  const digest = beside?.kind === 'Rule' ? digestOf(beside.text) : null;
  const runs = running?.rules.find((one) => one.name === name && one.digest === digest);
  if (runs !== undefined) return { reference: { name, version: runs.version } };
  if (pending.rules.has(name)) return { pending: name };
  const known = digest === null ? null : await readVersionOfText(deps.db, organizationId, name, digest);
  if (known !== null) return { reference: { name, version: known } };
  const latest = await readLatestText(deps.db, organizationId, name);
  return latest === null ? { problem: `There is no rule ${name} with a published version.` } : { reference: { name, version: latest.version } };
}

function pendingLines(found: readonly Found[]): string[] {
  return [...found.map((one) => ('pending' in one ? `~ rule ${one.pending} as it will be published` : 'reference' in one ? `  rule ${one.reference.name} ${one.reference.version}` : '')), '# planned when what it needs is applied'];
}

function blockedBy(violations: readonly Violation[]): string | null {
  return violations.find(({ blocks }) => blocks)?.message ?? null;
}

function changeLine({ kind, name, from, to }: PlanChange): string {
  return `${from === null ? '+' : to === null ? '-' : '~'} ${kind} ${name}${from !== null && to !== null ? ` ${from} -> ${to}` : from === null ? ` ${to}` : ''}`;
}

function violationLine({ code, blocks, message }: Violation): string {
  return `${blocks ? '!' : '#'} ${code}: ${message}`;
}

function planLines(plan: MadePlan): string[] {
  return [
    ...plan.changes.map(changeLine),
    ...plan.stateLost.map(({ rule, what, because }) => `- memory of ${rule}: ${what} (${because})`),
    ...plan.violations.map(violationLine),
    `# ${quantity(plan.nodes.total, 'node')} in ${quantity(plan.waves.length, 'wave')} (${plan.waves.map((wave) => figure(wave.nodes)).join('; ')}), ${quantity(plan.bytesTotal, 'byte')}; plan ${plan.hash.slice(0, 19)}`,
    ...expectedLines(plan.expected, plan.madeAt),
  ];
}

const purposes: Record<Expected['windows'][number]['purpose'], string> = { tell: 'told', fetch: 'fetches', switch: 'switches' };

/** How long it takes, what that follows from, and each window with its next opening by its own clock. */
function expectedLines({ earliestSeconds, latestSeconds, basis, windows }: Expected, madeAt: number): string[] {
  const takes = latestSeconds === null ? `at least ${span(earliestSeconds)}` : earliestSeconds === latestSeconds ? span(earliestSeconds) : `${span(earliestSeconds)} to ${span(latestSeconds)}`;
  return [
    `# takes ${takes} if it starts now, without waiting for people`,
    ...basis.map((line) => `#   ${line}`),
    ...windows.map(({ purpose, text, timeZone, opensAt }) => `# a node ${purpose === 'tell' ? 'is ' : ''}${purposes[purpose]} within ${text}: ${opensAt <= madeAt ? 'open now' : `opens ${byClockOf(timeZone, opensAt)}`}`),
  ];
}

/** "2026-11-30 22:00", by the clock of a place. */
function byClockOf(timeZone: string, at: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at);
}
