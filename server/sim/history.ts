import { rolloutPolicySchema } from '../deployments/schema.ts';
import { exponential } from '../kernel/seeded-random.ts';
import { letBack } from './membership.ts';
import { misfortune, recovery } from './misfortunes.ts';
import type { SimulatedControlPlane } from './simulated-control-plane.ts';
import { mainFleet } from './simulated-fleets.ts';
import type { SimulatedNode } from './simulated-node.ts';
import { aPolicy, aStage, type Stage } from './stage.ts';
import { aWorld, must, note, oneOf } from './world.ts';

/** How long things go wrong, and how long they then have to come right. */
const troubleMs = [1_200_000, 2_400_000, 3 * 3_600_000] as const;
const recoveryMs = 12 * 3_600_000;
const personLooksMs = 300_000;

const plainPolicy = rolloutPolicySchema.parse({ waves: [], maxUnavailable: { unit: 'percent', value: 100 }, bakeSeconds: 0 });

/** What one seed came to: how many things went wrong on the way, and whether what must hold held. */
export interface Outcome {
  readonly seed: number;
  readonly misfortunes: number;
  readonly violations: readonly Error[];
  /** What happened last, for a person. */
  readonly log: readonly string[];
}

/**
 * One random history of a fleet: the control plane's and the agents' own code, while networks part, disks fill and forget, clocks are wrong, processes end
 * anywhere, people change their minds and somebody on the way lies. Then everything comes right, and the fleet has to. The same seed is the same history.
 * `plant` makes something worse than it may be, to see that it is found.
 */
export async function runHistory(seed: number, { plant }: { plant?: (stage: Stage) => void } = {}): Promise<Outcome> {
  const stage = aStage(aWorld(seed));
  plant?.(stage);
  const { world, nodes } = stage;
  const end = world.time.now + oneOf(world, troubleMs);
  for (const node of nodes) node.start();
  await world.time.pass(world.time.now + world.random() * 30_000);
  stage.controlPlane.deploy(oneOf(world, stage.releases), aPolicy(world));
  let misfortunes = 0;
  const meanMs = oneOf(world, [30_000, 120_000, 600_000]);
  while (world.time.now < end && world.violations.length === 0) {
    await world.time.pass(world.time.now + exponential(world.random, meanMs));
    misfortune(stage);
    misfortunes += 1;
  }
  recovery(stage);
  await comeRight(stage);
  return { seed, misfortunes, violations: world.violations, log: world.log };
}

/** What is left for a fleet to come right by itself and by who looks after it; then it has to have. */
export async function comeRight(stage: Stage): Promise<void> {
  const { world } = stage;
  for (const done = world.time.now + recoveryMs; world.time.now < done && world.violations.length === 0 && !isWell(stage);) {
    await world.time.pass(world.time.now + personLooksMs);
    lookAfter(stage);
  }
  if (world.violations.length === 0) requireWell(stage);
  for (const { process } of stage.nodes) process?.end();
}

/** Somebody looks in now and then and does what the pages suggest. */
function lookAfter(stage: Stage): void {
  const { controlPlane, nodes } = stage;
  for (const { process } of nodes) process?.hold(null);
  const { rollout } = controlPlane;
  if (rollout !== undefined && ['Suspended', 'Paused', 'RollingBack'].includes(rollout.state)) rollout.act('resume');
  // Not what it tried and cannot do: asked without end it never counts as failed, nor does its rollout end.
  for (const node of nodes) {
    const { sync, report, desiredGeneration } = controlPlane.row(node.id).state;
    const hasTried = report?.activation?.generation === desiredGeneration && failsDesired(controlPlane, node);
    if ((sync.status === 'Failed' || sync.status === 'Drifted') && !hasTried) controlPlane.retry(node.id);
  }
  if (!controlPlane.wasRestored) return;
  // Lets go of quarantines, and deploys again until the generations are passed that nodes have accepted.
  for (const node of controlPlane.rows.keys()) letBack(controlPlane, node);
  const isBehind = nodes.some((node) => !node.lies && !isNodeWell(stage, node));
  if (rollout?.isOver !== false && (rollout === undefined || isBehind)) controlPlane.deploy(controlPlane.fleets.of(mainFleet).release, plainPolicy);
}

function isWell(stage: Stage): boolean {
  const { controlPlane, nodes } = stage;
  if (controlPlane.rollout?.isOver !== true && nodes.every(({ lies }) => !lies)) return false;
  return nodes.every((node) => node.lies || isNodeWell(stage, node));
}

function runsDesired(controlPlane: SimulatedControlPlane, node: SimulatedNode): boolean {
  const { sync, desiredBundle } = controlPlane.row(node.id).state;
  return sync.status === 'Synced' && node.process?.runtime.started?.digest === desiredBundle;
}

/** What does not suit a node cannot run on it; it says so, and runs something else or nothing. */
function failsDesired(controlPlane: SimulatedControlPlane, node: SimulatedNode): boolean {
  const { sync, desiredBundle } = controlPlane.row(node.id).state;
  return sync.status === 'Failed' && desiredBundle !== null && node.faultOf(desiredBundle) !== 'none';
}

function requireWell(stage: Stage): void {
  const { world, controlPlane, nodes, network } = stage;
  // Who lies may keep a rollout waiting; a person takes such a node out.
  must(world, controlPlane.rollout?.isOver === true || nodes.some(({ lies }) => lies), 'ends', () => `the rollout is ${controlPlane.rollout?.state} long after all came right: ${JSON.stringify(controlPlane.rollout?.rows.map(({ node, state, message }) => [node, state, message]))}`);
  for (const node of nodes) {
    if (node.lies || isNodeWell(stage, node)) continue;
    const { state } = controlPlane.row(node.id);
    must(world, false, 'converges', () => `${node.id} was told generation ${state.desiredGeneration}, is ${network.isConnected(node.id) ? 'connected' : 'not connected'}, runs ${node.process?.runtime.started?.generation} and is shown as ${state.sync.status}: ${state.sync.reason}: ${state.sync.message}`);
  }
  requireFleetBundle(stage);
  note(world, 'done');
}

/** What a rollout that succeeded has put everywhere is what the nodes of the fleet are to run, whenever they came into it; but for those that it counts as failed: one that went to another fleet and came back between two looks is told by that, and its place waits in vain. */
function requireFleetBundle({ world, controlPlane }: Stage): void {
  const { rollout, rows, fleets } = controlPlane;
  if (rollout?.state !== 'Succeeded') return;
  const leftBehind = new Set(rollout.rows.filter(({ state }) => state === 'Failed').map(({ node }) => node));
  for (const [node, { fleet, quarantined, state }] of rows) {
    if (fleet === null || quarantined !== null || leftBehind.has(node)) continue;
    const { release } = fleets.of(fleet);
    must(world, state.desiredBundle === release.digest, 'fleet', () => `${node} is in ${fleet}, which runs ${release.name}, and is to run ${state.desiredBundle} after its rollout succeeded`);
  }
}

function isNodeWell({ controlPlane, network }: Stage, node: SimulatedNode): boolean {
  return network.isConnected(node.id) && (runsDesired(controlPlane, node) || failsDesired(controlPlane, node));
}
