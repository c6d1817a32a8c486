import type { BundleManifest, Labels } from '@selvedge/edge-runtime/protocol';
import { digestOfValue } from '../bundles/index.ts';
import type { AssembledBundle } from '../bundles/index.ts';
import { isOlder } from '../kernel/versions.ts';
import { agentNeeds } from './agent-needs.ts';
import { canTell } from '../gates/index.ts';
import { figure, quantity } from '../kernel/quantity.ts';
import { cutWaves, limitOf, takes } from '../rollout/index.ts';
import { bytesBetween, changesBetween } from './changes.ts';
import type { Plan, PlanNode, RolloutPolicy, Violation } from './schema.ts';
import { stateOutcome } from './state-outcome.ts';
import type { RuleState } from './state-outcome.ts';

/** A node of the fleet as it is when the plan is made. */
export interface PlannedNode {
  id: string;
  name: string;
  /** The bundle that it reports as running, and the one that it was last told to run. */
  reported: string | null;
  desired: string | null;
  synced: boolean;
  offline: boolean;
  lastSeenAt: number | null;
  agentVersion: string;
  multipleOwners: boolean;
  quarantined: boolean;
  labels: Labels;
}

/** Everything that a plan follows from. */
export interface PlanSubject {
  organizationId: string;
  fleet: { id: string; name: string };
  from: { digest: string; manifest: BundleManifest } | null;
  to: Pick<AssembledBundle, 'digest' | 'manifest'>;
  /** Manifests of the bundles that nodes report, as far as they are ours. */
  manifests: ReadonlyMap<string, BundleManifest>;
  stateBefore: readonly RuleState[];
  stateAfter: readonly RuleState[];
  nodes: readonly PlannedNode[];
  /** Nodes of the fleet that are in quarantine: they have no part in it. */
  quarantined: readonly PlannedNode[];
  policy: RolloutPolicy;
  /** How many have to sign the bundle, the control plane counting as one. */
  threshold: number;
  supersedes: Plan['supersedes'];
  /** Found while the bundle was put together: models, types, connectors. */
  violations: readonly Violation[];
  madeAt: number;
}

const sampleMax = 50;

/**
 * What a deployment would do, node by node. Pure: the same subject gives the same plan, so that a plan can be made again to see
 * whether it still holds. Whether a node is connected just now is shown and not covered by the hash: it changes by itself, and
 * changes nothing in what is approved.
 */
export function makePlan(subject: PlanSubject): { plan: Omit<Plan, 'can'>; nodes: PlanNode[] } {
  const { to, policy } = subject;
  const waves = cutWaves(subject.nodes.map((node) => ({ node: node.id, name: node.name, offline: node.offline, labels: node.labels })), policy.waves);
  const waveOf = new Map(waves.flatMap((wave, index) => wave.map(({ node }) => [node, index] as const)));
  const nodes = planNodes(subject, waveOf);
  const changes = changesBetween(subject.from?.manifest ?? null, to.manifest);
  const violations = [...subject.violations, ...nodeViolations(subject), ...waveViolations(subject), ...gateViolations(subject, waves.map((wave) => wave.length))];
  const offline = subject.nodes.filter((node) => node.offline);
  const state = stateOutcome(subject.stateBefore, subject.stateAfter);
  const plan: Omit<Plan, 'can'> = {
    hash: hashOf(subject, state, violations),
    fleet: subject.fleet,
    from: subject.from === null ? null : { digest: subject.from.digest, rules: subject.from.manifest.rules.map(versioned), models: subject.from.manifest.models.map(versioned) },
    to: { digest: to.digest, rules: to.manifest.rules.map(versioned), models: modelsWithReferences(to.manifest), settings: to.manifest.settings },
    nodes: { total: nodes.length, sample: nodes.slice(0, sampleMax) },
    changes,
    bytesPerNode: bytesBetween(subject.from?.manifest ?? null, to.manifest),
    bytesTotal: nodes.reduce((sum, node) => sum + node.bytes, 0),
    ...state,
    violations,
    startable: violations.every((violation) => !violation.blocks),
    offline: { total: offline.length, sample: offline.slice(0, sampleMax).map(({ id, name, lastSeenAt }) => ({ id, name, lastSeenAt })) },
    waves: waves.map((wave, index) => ({ index, nodes: wave.length, offline: wave.filter((node) => node.offline).length })),
    policy,
    inFlightMax: limitOf(policy.maxUnavailable, nodes.length),
    supersedes: subject.supersedes,
    madeAt: subject.madeAt,
  };
  return { plan, nodes };
}

function versioned({ name, version }: { name: string; version: number }): { name: string; version: number } {
  return { name, version };
}

function modelsWithReferences(manifest: BundleManifest): Plan['to']['models'] {
  const references = Object.entries(manifest.references);
  return manifest.models.map(({ name, version, digest, bytes }) => ({
    name,
    version,
    digest,
    bytes,
    references: references.filter(([, target]) => target.model === name && target.version === version).map(([reference]) => reference),
  }));
}

/** By wave and name. Nodes that report the same bundle share their changes, so the work follows from the bundles and not from the nodes. */
function planNodes(subject: PlanSubject, waveOf: ReadonlyMap<string, number>): PlanNode[] {
  const byReported = new Map<string | null, Pick<PlanNode, 'changes' | 'bytes'>>();
  const differenceFrom = (reported: string | null): Pick<PlanNode, 'changes' | 'bytes'> => {
    const known = byReported.get(reported);
    if (known !== undefined) return known;
    const manifest = reported === null ? null : (subject.manifests.get(reported) ?? null);
    const difference = { changes: changesBetween(manifest, subject.to.manifest), bytes: bytesBetween(manifest, subject.to.manifest) };
    byReported.set(reported, difference);
    return difference;
  };
  return subject.nodes
    .map((node): PlanNode => ({ node: node.id, name: node.name, from: node.reported, to: subject.to.digest, ...differenceFrom(node.reported), offline: node.offline, wave: waveOf.get(node.id) ?? 0 }))
    .sort((a, b) => a.wave - b.wave || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function nodeViolations(subject: PlanSubject): Violation[] {
  const violations: Violation[] = [];
  const { nodes, to } = subject;
  if (nodes.length === 0) violations.push({ code: 'NoNodes', blocks: false, message: subject.quarantined.length > 0 ? `Every node of ${subject.fleet.name} is in quarantine; those that join it, or are let back, will run this.` : `${subject.fleet.name} has no nodes yet; those that join it will run this.` });
  if (nodes.length > 0 && subject.from?.digest === to.digest && nodes.every((node) => node.desired === to.digest && node.synced)) {
    violations.push({ code: 'NothingChanges', blocks: true, message: 'Every node runs exactly this already.' });
  }
  const { quarantined } = subject;
  if (quarantined.length > 0) violations.push({ code: 'NodesQuarantined', blocks: false, message: `${listed(quarantined)} ${quarantined.length === 1 ? 'is' : 'are'} in quarantine and ${quarantined.length === 1 ? 'has' : 'have'} no part in it.` });
  for (const { since, blocks, older } of agentNeeds({ labels: to.manifest.labels ?? [], policy: subject.policy, threshold: subject.threshold })) {
    const old = nodes.filter((node) => isOlder(node.agentVersion, since));
    if (old.length > 0) violations.push({ code: 'AgentTooOld', blocks, message: `${listed(old)} ${old.length === 1 ? 'has an agent' : 'have agents'} older than ${since}, ${older}.` });
  }
  const shared = nodes.filter((node) => node.multipleOwners);
  if (shared.length > 0) violations.push({ code: 'MultipleOwners', blocks: false, message: `${listed(shared)} ${shared.length === 1 ? 'is' : 'are'} claimed by another fleet as well, and would stay in this one.` });
  return violations;
}

/** A wave whose selector names nobody would leave its nodes to a later wave, all at once: more likely a label is written wrongly. */
function waveViolations({ policy, nodes, fleet }: PlanSubject): Violation[] {
  if (nodes.length === 0) return [];
  const empty = policy.waves.filter((wave) => wave.selector !== undefined && !nodes.some(({ labels }) => takes(wave)(labels)));
  return empty.map(({ selector }) => ({ code: 'WaveWithoutNodes', blocks: true, message: `A wave takes nodes with ${selector}, and ${fleet.name} has none.` }));
}

/** Gates that could stop nothing in the first wave, said before it is relied on. */
function gateViolations({ policy, nodes }: PlanSubject, waves: readonly number[]): Violation[] {
  const [first] = waves;
  if (first === undefined || canTell(policy.falseStopPercent, policy.gates, 0, first, nodes.length - first)) return [];
  const why = first === nodes.length ? 'No node stays behind the first wave to compare it with.' : `The first wave has ${figure(first)} of ${quantity(nodes.length, 'node')}: too few to tell a change from luck at ${policy.falseStopPercent} % false stops.`;
  return [{ code: 'GateCannotTell', blocks: false, message: `${why} Gates that compare with control cannot stop it.` }];
}

function listed(nodes: readonly PlannedNode[]): string {
  const names = nodes.slice(0, 3).map((node) => node.name);
  return nodes.length <= 3 ? names.join(', ') : `${names.join(', ')} and ${figure(nodes.length - 3)} more`;
}

/** Which of the waves that name nodes by label may take this one: what is approved is void when that changes. */
function wavesOf({ labels }: PlannedNode, { waves }: RolloutPolicy): number[] {
  return waves.flatMap((wave, index) => (wave.selector !== undefined && takes(wave)(labels) ? [index] : []));
}

function hashOf(subject: PlanSubject, state: Pick<Plan, 'stateLost' | 'stateKept'>, violations: readonly Violation[]): string {
  return digestOfValue({
    schema: 'selvedge.plan/1',
    organization: subject.organizationId,
    fleet: subject.fleet.id,
    from: subject.from?.digest ?? null,
    to: subject.to.digest,
    policy: { ...subject.policy, waves: subject.policy.waves.map(({ selector, limit }) => ({ ...(selector !== undefined && { selector }), limit: { ...limit } })), maxUnavailable: { ...subject.policy.maxUnavailable } },
    nodes: subject.nodes.map((node) => [node.id, node.reported, ...wavesOf(node, subject.policy)]).sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1)),
    stateLost: state.stateLost.map(({ rule, query, what }) => [rule, query, what]),
    violations: violations.map(({ code, message }) => [code, message]),
    supersedes: subject.supersedes?.id ?? null,
  });
}
