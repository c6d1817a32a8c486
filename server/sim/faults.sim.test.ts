import { reportSchema } from '@selvedge/edge-runtime/protocol';
import { expect, test } from 'vitest';
import { rolloutPolicySchema } from '../deployments/schema.ts';
import type { RolloutPolicy } from '../deployments/schema.ts';
import { explain } from './explained.ts';
import { quarantine, relabel, select } from './membership.ts';
import type { Kind } from './misfortunes.ts';
import { Signer } from './signer.ts';
import type { SimulatedNode } from './simulated-node.ts';
import { aStage, type Stage } from './stage.ts';
import { aWorld } from './world.ts';

/*
 * Each thing that can go wrong in a history, alone, on the first of three nodes that run the first release while the second is rolled out: what the
 * control plane says is the cause has to be the cause, first.
 */

interface Trial {
  /** Before the rollout begins, unless it says that it is to come `during`. */
  fault: (stage: Stage, node: SimulatedNode) => void;
  during?: true;
  /** Until the cause is asked for. */
  waitMs?: number;
  policy?: Partial<Record<keyof RolloutPolicy, unknown>>;
  /** The code of the first cause; `settled` where the rollout went on as if nothing had happened. */
  says: string;
}

const clean = { latency: 1, breaks: 0, tampers: 0, stalls: 0, refuses: 0 };
const away = { says: 'Offline' } as const;

const trials: Record<Kind, Trial | readonly Trial[]> = {
  partition: { ...away, fault: ({ network }, { id }) => network.cut(id, { isHalfOpen: false }) },
  halfOpen: { ...away, fault: ({ network }, { id }) => network.cut(id, { isHalfOpen: true }) },
  endNow: { ...away, fault: (_, node) => node.crash('kill'), during: true, waitMs: 0 },
  endAtDisk: { says: 'settled', fault: (_, node) => node.process?.endAt(3, 'power'), waitMs: 300_000 },
  endAgainAndAgain: {
    ...away,
    fault: (_, node) => {
      node.ending = { starts: 50, within: 10, fate: 'power' };
      node.crash('power');
    },
  },
  diskFull: { says: 'NoRoom', fault: (_, { disk }) => (disk.isFull = true) },
  clock: { says: 'ClockWrong', fault: (_, node) => (node.skewMs = 30 * 86_400_000) },
  slow: { says: 'Activating', fault: (_, node) => (node.slowness = 60) },
  way: [
    { says: 'TransferBroken', fault: ({ network }, { id }) => network.toxins.set(id, { ...clean, refuses: 1 }) },
    { says: 'TransferBroken', fault: ({ network }, { id }) => network.toxins.set(id, { ...clean, breaks: 1 }) },
    { says: 'ActivationFailed', fault: ({ network }, { id }) => network.toxins.set(id, { ...clean, tampers: 1 }) },
  ],
  replay: { says: 'Refused', during: true, fault: ({ network, world, releases }, { id }) => network.say(id, world.signer.desired(releases[0].manifest, 'node_9', 99, null, world.time.now, world.time.now + 60_000)) },
  forge: { says: 'Refused', during: true, fault: ({ network, world, releases }, { id }) => network.say(id, Signer.stranger(world.organization).desired(releases[0].manifest, id, 99, null, world.time.now, world.time.now + 60_000)) },
  hold: { says: 'Held', fault: (_, node) => node.process?.hold(3_600_000) },
  pathCrash: {
    says: 'ActivationFailed',
    during: true,
    fault: (_, { process }) => {
      for (let crash = 0; crash < 3; crash += 1) process?.activator?.pathCrashed('a native fault');
    },
  },
  controlPlaneEnds: { says: 'settled', fault: ({ controlPlane }) => controlPlane.end(), during: true, waitMs: 300_000 },
  endsBeforeCommit: { says: 'settled', fault: ({ controlPlane }) => (controlPlane.endsAt = 'beforeCommit'), waitMs: 300_000 },
  endsAfterCommit: { says: 'settled', fault: ({ controlPlane }) => (controlPlane.endsAt = 'afterCommit'), waitMs: 300_000 },
  person: [
    { says: 'RolloutPaused', policy: { notBefore: 1_800_000_900_000 }, during: true, fault: ({ controlPlane }) => controlPlane.rollout?.act('pause') },
    // What nobody told it is not desired of it.
    { says: 'settled', policy: { notBefore: 1_800_000_900_000 }, during: true, fault: ({ controlPlane }) => controlPlane.rollout?.act('cancel') },
  ],
  deploy: { says: 'settled', during: true, waitMs: 300_000, fault: ({ controlPlane, releases }) => controlPlane.deploy(releases[0], policyOf({})) },
  labels: [
    { says: 'MultipleOwners', fault: ({ controlPlane }, { id }) => relabel(controlPlane, id, { line: 'main', site: 'north', spare: 'yes' }) },
    { says: 'NoFleet', fault: ({ controlPlane }, { id }) => relabel(controlPlane, id, { line: 'none' }), during: true },
    // It is in another fleet by now, and runs what that does.
    { says: 'settled', fault: ({ controlPlane }, { id }) => relabel(controlPlane, id, { line: 'none', spare: 'yes' }), during: true },
  ],
  selector: {
    says: 'NoFleet',
    fault: ({ controlPlane }, { id }) => {
      for (const node of controlPlane.rows.keys()) relabel(controlPlane, node, { line: 'main', site: node === id ? 'south' : 'north' });
      select(controlPlane, 'north');
    },
  },
  quarantine: { says: 'Quarantined', fault: ({ controlPlane }, { id }) => quarantine(controlPlane, id) },
  keys: [
    { says: 'settled', fault: ({ controlPlane }) => controlPlane.changeKeys('addKey'), during: true, waitMs: 120_000 },
    {
      says: 'settled',
      fault: ({ controlPlane }) => {
        controlPlane.changeKeys('addKey');
        controlPlane.changeKeys('retireOldest');
      },
      waitMs: 120_000,
    },
  ],
  restore: { says: 'Drifted', during: true, waitMs: 120_000, fault: ({ controlPlane }) => controlPlane.restore() },
  lies: {
    says: 'Drifted',
    during: true,
    fault: ({ controlPlane }, { id }) => {
      const { report } = controlPlane.row(id).state;
      controlPlane.reported(id, reportSchema.parse({ ...report, observedGeneration: 50 }));
    },
    waitMs: 0,
  },
};

function policyOf(given: object): RolloutPolicy {
  return rolloutPolicySchema.parse({ waves: [], maxUnavailable: { unit: 'percent', value: 100 }, bakeSeconds: 0, updateTimeoutSeconds: 3_600, ...given });
}

const cases = Object.entries(trials).flatMap(([kind, given]) => [given].flat().map((trial) => [kind, trial] as const));

test.each(cases)('%s is named as the cause', { timeout: 60_000 }, async (_kind, { fault, during, waitMs = 60_000, policy = {}, says }) => {
  const stage = aStage(aWorld(1), { nodes: 3 });
  const { world, controlPlane, nodes, releases } = stage;
  const [node] = nodes;
  if (node === undefined) throw new Error('there is no node');
  for (const each of nodes) each.start();
  await world.time.pass(world.time.now + 120_000);
  if (during !== true) fault(stage, node);
  controlPlane.deploy(releases[1] ?? releases[0], policyOf(policy));
  await world.time.pass(world.time.now + 20_000);
  if (during === true) fault(stage, node);
  await world.time.pass(world.time.now + waitMs);
  const { causes, settled, headline } = explain(world, controlPlane, node.id);
  expect(settled ? 'settled' : causes[0]?.code, headline).toBe(says);
});
