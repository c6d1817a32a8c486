import { describe, expect, test } from 'vitest';
import { rolloutPolicySchema } from '../deployments/schema.ts';
import { comeRight } from './history.ts';
import type { SimulatedNode } from './simulated-node.ts';
import { aStage, type Stage } from './stage.ts';
import { aWorld } from './world.ts';

/*
 * An agent that ends at every moment there is at its disk, before and after each thing that it does there, while it does one thing: each of them in turn, by
 * kill -9 and by a power cut. It has to come up as it was or as it was to be, and then get there.
 */

const deploy = ({ controlPlane, releases }: Stage, which: 1 | 2 | 3): void => controlPlane.deploy(releases[which] ?? releases[0], rolloutPolicySchema.parse({ waves: [], bakeSeconds: 0 }));

const acts: Record<string, { act: (stage: Stage, node: SimulatedNode) => void; fromTheStart?: true; atLeast: number }> = {
  'is welcomed for the first time, and runs what its fleet runs': { act: () => undefined, fromTheStart: true, atLeast: 40 },
  'changes to another bundle, and that one proves itself': { act: (stage) => deploy(stage, 1), atLeast: 40 },
  'goes back from a bundle that does not start': { act: (stage) => deploy(stage, 2), atLeast: 40 },
  'goes back from a bundle that crashes while it is on probation': { act: (stage) => deploy(stage, 3), atLeast: 40 },
  'is held at its site, and let go': {
    act: ({ world }, node) => {
      node.process?.hold(3_600_000);
      world.time.after(10_000, () => node.process?.hold(null));
    },
    atLeast: 20,
  },
  'changes, and is asked to change again while it does': {
    act: (stage) => {
      deploy(stage, 1);
      stage.world.time.after(1_500, () => deploy(stage, 2));
    },
    atLeast: 40,
  },
};

describe.each(Object.entries(acts))('a node that %s (I1, I2, I3)', (_, { act, fromTheStart, atLeast }) => {
  test.each(['kill', 'power'] as const)('and ends by %s at any moment of it', { timeout: 300_000 }, async (fate) => {
    let moments = 0;
    for (let hasEnded = true; hasEnded; ) {
      moments += 1;
      const stage = aStage(aWorld(moments), { nodes: 1, faults: ['start', 'crash'] });
      const { world, nodes } = stage;
      const [node] = nodes;
      if (node === undefined) throw new Error('there is no node');
      node.start();
      if (fromTheStart !== true) await world.time.pass(world.time.now + 120_000);
      const { process } = node;
      process?.endAt(moments, fate);
      act(stage, node);
      await world.time.pass(world.time.now + 240_000);
      hasEnded = node.process !== process;
      if (stage.controlPlane.rollout === undefined) deploy(stage, 1);
      await comeRight(stage);
      expect(world.violations, `moment ${moments}\n${world.log.slice(-20).join('\n')}`).toEqual([]);
    }
    expect(moments).toBeGreaterThan(atLeast);
  });
});
