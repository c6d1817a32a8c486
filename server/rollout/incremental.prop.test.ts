import fc from 'fast-check';
import { describe, test } from 'vitest';
import { rolloutScript } from './testing/rollout-script.ts';
import { expectSameStep } from './testing/same-step.ts';
import { createFleet } from './testing/simulated-fleet.ts';

/** Windows by the minute, of which the simulated time sees the first few. */
const windows = fc.array(fc.record({ from: fc.integer({ min: 16, max: 19 }), minutes: fc.integer({ min: 1, max: 2 }) }), { maxLength: 2 }).map((list) => list.map(({ from, minutes }) => ({ days: [0, 1, 2, 3, 4, 5, 6], from: `00:${from}`, to: `00:${from + minutes}`, timeZone: 'Etc/UTC' })));
const timing = fc.record({
  perMinute: fc.option(fc.integer({ min: 1, max: 6 })),
  notBefore: fc.option(fc.integer({ min: 1_000_000, max: 1_090_000 })),
  approval: fc.constantFrom('none' as const, 'eachWave' as const),
  quarantineAfter: fc.option(fc.integer({ min: 1, max: 2 })),
  windows,
  activateWindows: windows,
});

describe('a step that looks at what changed', () => {
  test('does what one that looks at everything does, at every step of whatever happens', () => {
    fc.assert(
      fc.property(rolloutScript, (given) => {
        createFleet(given).run((whole, _, fromChanges) => expectSameStep(fromChanges(), whole));
      }),
      { numRuns: 1_000 },
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
