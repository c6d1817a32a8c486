import fc from 'fast-check';
import { describe, test } from 'vitest';
import { rolloutPolicySchema } from '../deployments/schema.ts';
import { rolloutScript } from './testing/rollout-script.ts';
import { expectSameStep } from './testing/same-step.ts';
import { createFleet } from './testing/simulated-fleet.ts';
import type { FleetScript } from './testing/simulated-fleet.ts';

/** Windows by the minute, of which the simulated time sees the first few. */
const windows = fc.array(fc.record({ from: fc.integer({ min: 16, max: 19 }), minutes: fc.integer({ min: 1, max: 2 }) }), { maxLength: 2 }).map((list) => list.map(({ from, minutes }) => ({ days: [0, 1, 2, 3, 4, 5, 6], from: `00:${from}`, to: `00:${from + minutes}`, timeZone: 'Etc/UTC' })));
const timing = fc.record({
  perMinute: fc.option(fc.integer({ min: 1, max: 6 })),
  notBefore: fc.option(fc.integer({ min: 1_000_000, max: 1_090_000 })),
  approval: fc.constantFrom('none' as const, 'eachWave' as const),
  quarantineAfter: fc.option(fc.integer({ min: 1, max: 2 })),
  windows,
  downloadWindows: windows,
  activateWindows: windows,
});

/** The node that was away comes last though its name is first, so names alone do not say whose turn it is to go back. */
const lastAtFirst: FleetScript = {
  policy: rolloutPolicySchema.parse({ waves: [{ limit: { unit: 'nodes', value: 2 } }], maxUnavailable: { unit: 'percent', value: 1 }, updateTimeoutSeconds: 5, bakeSeconds: 0, failureThresholdPercent: 0, onFailure: 'rollback', successThresholdPercent: 0, minSamples: 1 }),
  nodes: [{ offline: true, fails: true, seconds: 1 }, { offline: false, fails: false, seconds: 1 }, { offline: false, fails: false, seconds: 1 }],
  happenings: [{ kind: 'connection', node: 0 }],
  kills: [],
};

describe('a step that looks at what changed', () => {
  test('does what one that looks at everything does, at every step of whatever happens', () => {
    fc.assert(
      fc.property(rolloutScript, (given) => {
        createFleet(given).run((whole, _, fromChanges) => expectSameStep(fromChanges(), whole));
      }),
      { numRuns: 1_000, examples: [[lastAtFirst]] },
    );
  });

  test('and so it does with windows, paces and approvals', () => {
    fc.assert(
      fc.property(rolloutScript, timing, (given, times) => {
        createFleet({ ...given, policy: { ...given.policy, ...times } }).run((whole, _, fromChanges) => expectSameStep(fromChanges(), whole), 240);
      }),
      { numRuns: 400 },
    );
  });
});
