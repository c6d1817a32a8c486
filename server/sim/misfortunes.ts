import type { Fate } from '../../edge-runtime/sim/power-cut.ts';
import type { Toxins } from './artefact-request.ts';
import { letBack, quarantine, relabel, select } from './membership.ts';
import { Signer } from './signer.ts';
import { otherLabels, sites, usualLabels } from './simulated-fleets.ts';
import type { SimulatedNode } from './simulated-node.ts';
import { aPolicy, type Stage } from './stage.ts';
import { between, chance, note, oneOf } from './world.ts';

const clean: Toxins = { latency: 1, breaks: 0, tampers: 0, stalls: 0, refuses: 0 };
const fates: readonly [Fate, Fate] = ['kill', 'power'];

/** Each by its name; how often it comes is how often it stands here. */
const kinds = [
  'partition', 'partition', 'halfOpen', 'endAtDisk', 'endAtDisk', 'endAtDisk', 'endNow', 'endAgainAndAgain', 'diskFull', 'clock', 'slow', 'way', 'way', 'replay', 'replay', 'forge',
  'hold', 'pathCrash', 'controlPlaneEnds', 'endsBeforeCommit', 'endsAfterCommit', 'person', 'person', 'deploy', 'deploy', 'lies', 'labels', 'labels', 'selector', 'quarantine', 'restore', 'keys',
] as const;

export type Kind = (typeof kinds)[number];

/** Something goes wrong, somewhere, for a while. */
export function misfortune(stage: Stage): void {
  const { world, network, controlPlane, nodes } = stage;
  const [first] = nodes;
  if (first === undefined) return;
  const node = oneOf(world, [first, ...nodes]);
  const kind = oneOf(world, kinds);
  const lasts = Math.round(oneOf(world, [5_000, 60_000, 900_000]) * (0.5 + world.random()));
  const later = (act: () => void): void => void world.time.after(lasts, act);
  note(world, `${kind} at ${node.id}`);
  switch (kind) {
    case 'partition':
    case 'halfOpen':
      network.cut(node.id, { isHalfOpen: kind === 'halfOpen' });
      return later(() => network.mend(node.id));
    case 'endAtDisk':
      return node.process?.endAt(between(world, 1, 60), oneOf(world, fates));
    case 'endNow':
      return node.crash(oneOf(world, fates));
    case 'endAgainAndAgain':
      node.ending = { starts: between(world, 1, 8), within: 60, fate: oneOf(world, fates) };
      return node.crash(oneOf(world, fates));
    case 'diskFull':
      node.disk.isFull = true;
      return later(() => (node.disk.isFull = false));
    case 'clock':
      node.skewMs = oneOf(world, [-1, 1]) * oneOf(world, [60_000, 3_600_000, 5 * 3_600_000, 30 * 86_400_000]);
      return later(() => (node.skewMs = 0));
    case 'slow':
      node.slowness = 20;
      return later(() => (node.slowness = 1));
    case 'way':
      network.toxins.set(node.id, { latency: oneOf(world, [1, 20]), breaks: world.random(), tampers: chance(world, 0.3) ? world.random() : 0, stalls: world.random() * 0.5, refuses: world.random() * 0.5 });
      return later(() => network.toxins.set(node.id, clean));
    case 'replay':
      return network.meddle(node.id);
    case 'forge':
      return forge(stage, node);
    case 'hold':
      return node.process?.hold(chance(world, 0.3) ? null : lasts);
    case 'pathCrash':
      return node.process?.activator?.pathCrashed('a native fault');
    case 'controlPlaneEnds':
      return controlPlane.end();
    case 'endsBeforeCommit':
      controlPlane.endsAt = 'beforeCommit';
      return;
    case 'endsAfterCommit':
      controlPlane.endsAt = 'afterCommit';
      return;
    case 'person':
      return controlPlane.rollout?.act(oneOf(world, ['pause', 'resume', 'resume', 'retry', 'rollBack', 'cancel']));
    case 'deploy':
      return controlPlane.deploy(oneOf(world, stage.releases), aPolicy(world));
    case 'labels':
      relabel(controlPlane, node.id, otherLabels(world));
      return later(() => relabel(controlPlane, node.id, usualLabels(controlPlane.row(node.id).labels)));
    case 'selector':
      select(controlPlane, oneOf(world, sites));
      return later(() => select(controlPlane, null));
    case 'quarantine':
      quarantine(controlPlane, node.id);
      return later(() => letBack(controlPlane, node.id));
    case 'keys':
      controlPlane.changeKeys('addKey');
      return later(() => controlPlane.changeKeys('retireOldest'));
    case 'restore':
      return controlPlane.restore();
    case 'lies':
      if (nodes.length > 2 && nodes.every(({ lies }) => !lies) && chance(world, 0.3)) node.lies = true;
  }
}

/** A stranger signs what a node is to run, in the name of those whom it trusts. */
function forge({ world, network, controlPlane, releases }: Stage, node: SimulatedNode): void {
  const stranger = Signer.stranger(world.organization);
  network.say(node.id, stranger.desired(oneOf(world, releases).manifest, node.id, controlPlane.row(node.id).state.desiredGeneration + 1, null, world.time.now, world.time.now + 1_000_000));
}

/** Nothing is wrong with anything any more, but for what a bundle does to a node and for who lies. */
export function recovery({ world, network, controlPlane, nodes }: Stage): void {
  note(world, 'all comes right');
  controlPlane.endsAt = undefined;
  select(controlPlane, null);
  for (const node of nodes) {
    relabel(controlPlane, node.id, usualLabels(controlPlane.row(node.id).labels));
    letBack(controlPlane, node.id);
    network.mend(node.id);
    network.toxins.set(node.id, clean);
    node.ending = { starts: 0, within: 0, fate: 'kill' };
    node.process?.endAt(Number.POSITIVE_INFINITY, 'kill');
    node.disk.isFull = false;
    node.skewMs = 0;
    node.slowness = 1;
  }
}
