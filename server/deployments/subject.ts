import { labelsIn } from '@selvedge/edge-runtime/protocol';
import type { BundleManifest } from '@selvedge/edge-runtime/protocol';
import type { z } from 'zod';
import { assembleBundle, findThreshold, readManifest } from '../bundles/index.ts';
import type { AssembledBundle } from '../bundles/index.ts';
import { findFleet, readSettings } from '../fleets/index.ts';
import type { FleetRow } from '../fleets/index.ts';
import type { Queryable } from '../kernel/db.ts';
import { notFound } from '../kernel/errors.ts';
import { figure } from '../kernel/quantity.ts';
import type { Reach } from '../kernel/reach.ts';
import { resolveReferences } from '../models/index.ts';
import type { ResolvedModel } from '../models/index.ts';
import { analysisWith, readRuleTexts, referencesIn } from '../rules/index.ts';
import type { RuleText } from '../rules/index.ts';
import { connectorViolations } from './connectors.ts';
import type { PlanSubject } from './plan.ts';
import { countWithoutLabels, findExcluded, findUnderWay, readPlannedNodes } from './repository.ts';
import type { planInput, Violation } from './schema.ts';
import type { RuleState } from './state-outcome.ts';

type Resolution = ReadonlyMap<string, ResolvedModel | { missing: string }>;

/** The most that one bundle may hold of models, by the protocol. */
const modelsMax = 100;
/** And of labels that its connectors take. */
const labelsMax = 64;

type TargetInput = Pick<z.infer<typeof planInput>, 'rules' | 'settings'>;

/** The bundle that rules and settings make for a fleet, and what is wrong with it; no node is looked at. */
export interface Target {
  to: AssembledBundle;
  violations: Violation[];
  /** Why exactly this stopped itself there before; nobody has allowed it since. */
  excluded: Violation | null;
  rules: readonly RuleText[];
  resolved: Resolution;
}

/** Rules and models are resolved to exact versions here; what cannot be is a violation and not an error, except for a rule version that does not exist. */
export async function readTarget(db: Queryable, organizationId: string, fleet: FleetRow, input: TargetInput): Promise<Target> {
  const rules = await requireTexts(db, organizationId, input.rules);
  const references = [...new Set(rules.flatMap((rule) => referencesIn(rule.text)))];
  const resolved = await resolveReferences(db, organizationId, references);
  const settings = input.settings ?? readSettings(fleet);
  const violations = rules.flatMap((rule) => ruleViolations(rule, resolved, settings));
  const models = [...resolved.values()].flatMap((model) => ('missing' in model ? [] : [model]));
  if (new Set(models.map((model) => model.digest)).size > modelsMax) violations.push({ code: 'TooLarge', blocks: true, message: `These rules name more than ${modelsMax} models; a bundle holds at most ${modelsMax}.` });
  const labels = [...new Set([...rules.flatMap((rule) => labelsIn(rule.text)), ...labelsIn(JSON.stringify(settings.connectors))])];
  if (labels.length > labelsMax) violations.push({ code: 'TooLarge', blocks: true, message: `Its connectors take ${labels.length} labels of a node, and a node has at most ${labelsMax}.` });
  const to = assembleBundle(organizationId, rules, models.slice(0, modelsMax), settings, labels.slice(0, labelsMax));
  const stopped = await findExcluded(db, fleet.id, to.digest);
  const excluded: Violation | null = stopped === null ? null : { code: 'RevisionExcluded', blocks: true, message: `Exactly this stopped itself on ${stopped.startedAt.toISOString().slice(0, 10)}: ${stopped.because} Allow it again on that deployment (${stopped.id}), or change something.` };
  return { to, violations, excluded, rules, resolved };
}

/** Reads everything that a plan follows from, at one moment when `db` is a transaction. */
export async function readSubject(db: Queryable, reach: Reach, input: z.infer<typeof planInput>, madeAt: number): Promise<PlanSubject & { to: AssembledBundle }> {
  const { organizationId } = reach;
  const row = await findFleet(db, reach, input.fleet);
  if (row === null) throw notFound('fleet', input.fleet);
  const fromManifest = row.bundle === null ? null : await readManifest(db, organizationId, row.bundle);
  const { to, violations, excluded, rules, resolved } = await readTarget(db, organizationId, row, input);
  const members = await readPlannedNodes(db, organizationId, row.id);
  const nodes = members.filter((node) => !node.quarantined);
  const unlabelled = await labelViolations(db, organizationId, row.id, to.manifest.labels ?? []);
  return {
    organizationId,
    fleet: { id: row.id, name: row.name },
    from: fromManifest === null || row.bundle === null ? null : { digest: row.bundle, manifest: fromManifest },
    to,
    manifests: await readManifests(db, organizationId, new Set(nodes.map((node) => node.reported))),
    stateBefore: fromManifest === null ? [] : await statesOf(db, organizationId, fromManifest),
    stateAfter: rules.map((rule) => stateOf(rule, resolved)),
    nodes,
    quarantined: members.filter((node) => node.quarantined),
    policy: input.policy,
    threshold: await findThreshold(db, organizationId),
    supersedes: await findUnderWay(db, row.id),
    violations: [...violations, ...unlabelled, ...(excluded === null ? [] : [excluded])],
    madeAt,
  };
}

async function requireTexts(db: Queryable, organizationId: string, references: z.infer<typeof planInput>['rules']): Promise<RuleText[]> {
  const texts = await readRuleTexts(db, organizationId, references);
  const missing = references.find(({ name, version }) => texts.every((text) => text.name !== name || text.version !== version));
  if (missing !== undefined) throw notFound('rule version', `${missing.name}@${missing.version}`);
  return texts;
}

function ruleViolations(rule: RuleText, resolved: Resolution, settings: PlanSubject['to']['manifest']['settings']): Violation[] {
  const analysis = analysisWith(rule.text, resolved);
  const label = `${rule.name} ${rule.version}`;
  const missing = analysis.models.filter((model) => model.version === null);
  const violations: Violation[] = missing.map(({ reference }) => {
    const model = resolved.get(reference);
    return { code: 'ModelMissing', blocks: true, message: `${label} calls ${reference}, and ${model !== undefined && 'missing' in model ? model.missing : 'there is no such model'}.` };
  });
  const error = analysis.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
  if (error !== undefined && missing.length === 0) {
    violations.push({ code: 'SignatureMismatch', blocks: true, message: `${label} no longer type-checks with the models as they are: line ${error.line}, column ${error.column}: ${error.message}` });
  }
  return [...violations, ...connectorViolations(label, analysis, settings)];
}

async function readManifests(db: Queryable, organizationId: string, digests: ReadonlySet<string | null>): Promise<Map<string, BundleManifest>> {
  const manifests = new Map<string, BundleManifest>();
  for (const digest of digests) {
    const manifest = digest === null ? null : await readManifest(db, organizationId, digest);
    if (digest !== null && manifest !== null) manifests.set(digest, manifest);
  }
  return manifests;
}

/** What the rules of a bundle remember, with the model versions that the bundle has. */
async function statesOf(db: Queryable, organizationId: string, manifest: BundleManifest): Promise<RuleState[]> {
  const exact = Object.fromEntries(Object.entries(manifest.references).map(([reference, { model, version }]) => [reference, `${model}@${version}`]));
  const [texts, models] = await Promise.all([readRuleTexts(db, organizationId, manifest.rules), resolveReferences(db, organizationId, Object.values(exact))]);
  const resolved: Resolution = new Map(Object.entries(exact).map(([reference, target]) => [reference, models.get(target) ?? { missing: `there is no model “${target}”` }]));
  return texts.map((text) => stateOf(text, resolved));
}

function stateOf(rule: RuleText, resolved: Resolution): RuleState {
  const analysis = analysisWith(rule.text, resolved);
  const { name, version, digest } = rule;
  return { name, version, digest, runs: analysis.ok, state: analysis.state };
}

/** Nodes of the fleet without a label that connectors take. A later member without it fails to activate, and says so. */
async function labelViolations(db: Queryable, organizationId: string, fleetId: string, labels: readonly string[]): Promise<Violation[]> {
  const { nodes, example } = labels.length === 0 ? { nodes: 0, example: '' } : await countWithoutLabels(db, organizationId, fleetId, labels);
  if (nodes === 0) return [];
  const asked = `${labels.length === 1 ? 'the label' : 'one of the labels'} ${labels.join(', ')}`;
  return [{ code: 'MissingLabels', blocks: true, message: `${nodes === 1 ? `The node ${example} has not` : `${figure(nodes)} nodes, ${example} among them, have not`} ${asked}, which connectors of these rules take.` }];
}
