import { expect, test } from 'vitest';
import { step } from '../rollout/planner.ts';
import type { RolloutSnapshot, RolloutStep } from '../rollout/snapshot.ts';
import { runHistory } from './history.ts';
import type { Stage } from './stage.ts';

/* Each thing that must never be, done on purpose by who may not: histories find it, and name it. */

const seedsMax = 150;

/** A planner that does as the real one does, but for what it is told wrongly or says wrongly. */
function planning({ seen = (snapshot) => snapshot, said = (result) => result }: { seen?: (snapshot: RolloutSnapshot) => RolloutSnapshot; said?: (result: RolloutStep, snapshot: RolloutSnapshot) => RolloutStep }): (stage: Stage) => void {
  return ({ controlPlane }) => (controlPlane.planner = (snapshot, now, answer) => said(step(seen(snapshot), now, answer), snapshot));
}

const onDisks = (spoil: (disk: Stage['nodes'][number]['disk']) => void) => ({ nodes }: Stage): void => nodes.forEach(({ disk }) => spoil(disk));
const tellAll = (result: RolloutStep, { nodes, bundle }: RolloutSnapshot): RolloutStep => ({ ...result, requests: nodes.map(({ node }) => ({ node, bundle })) });

const plants: Record<string, { plant: (stage: Stage) => void; finds: RegExp }> = {
  'a disk that says it has flushed names and has not': { plant: onDisks((disk) => (disk.syncFolder = async () => undefined)), finds: /^I[12]: / },
  'a disk that gives back another text than it was given': {
    plant: onDisks((disk) => {
      const read = disk.read.bind(disk);
      disk.read = async (path) => (path.includes('/artefacts/') ? Buffer.from('another rule') : read(path));
    }),
    finds: /^I3: /,
  },
  'a planner that decides without saying so': { plant: planning({ said: (result) => ({ ...result, decisions: [] }) }), finds: /^I8: / },
  'a planner that takes being told for running': { plant: planning({ said: (result) => ({ ...result, changes: result.changes.map((change) => (change.state === 'Requested' ? { ...change, state: 'Running' } : change)) }) }), finds: /^I9: / },
  'a planner that does less when it is not told of everything': { plant: planning({ said: (result, { others }) => (others.length > 0 ? { ...result, changes: [] } : result) }), finds: /^I10: / },
  'a planner that tells nodes while it is paused': { plant: planning({ said: (result, snapshot) => (snapshot.state === 'Paused' ? tellAll(result, snapshot) : result) }), finds: /^pause: / },
  'a planner that knows no windows': { plant: planning({ seen: (snapshot) => ({ ...snapshot, policy: { ...snapshot.policy, windows: [] } }) }), finds: /^windows: / },
  'a planner that knows no groups': { plant: planning({ seen: (snapshot) => ({ ...snapshot, policy: { ...snapshot.policy, maxUnavailablePer: null } }) }), finds: /^groups: / },
  'a planner that tells whoever it knows': { plant: planning({ said: tellAll }), finds: /^(belongs|groups|pause|windows): / },
  'a planner that never comes to an end': { plant: planning({ said: (result, { state }) => ({ ...result, state }) }), finds: /^ends: / },
  'a control plane that nobody can have told again': { plant: ({ network }) => (network.tell = () => undefined), finds: /^(ends|converges): / },
};

test.each(Object.entries(plants))('%s is found', { timeout: 300_000 }, async (_, { plant, finds }) => {
  const found = new Set<string>();
  for (let seed = 1; seed <= seedsMax && ![...found].some((message) => finds.test(message)); seed += 1) {
    for (const { message } of (await runHistory(seed, { plant })).violations) found.add(message);
  }
  expect([...found].some((message) => finds.test(message)), [...found].slice(0, 5).join('\n')).toBe(true);
});
