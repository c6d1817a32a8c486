import fc from 'fast-check';
import { rolloutPolicySchema } from '../../deployments/schema.ts';
import type { FleetScript } from './simulated-fleet.ts';

const limit = fc.oneof(fc.record({ unit: fc.constant('nodes' as const), value: fc.integer({ min: 1, max: 12 }) }), fc.record({ unit: fc.constant('percent' as const), value: fc.integer({ min: 1, max: 100 }) }));
const policy = fc.record({
  waves: fc.array(fc.record({ limit }), { maxLength: 4 }),
  maxUnavailable: limit,
  maxUnavailablePer: fc.option(fc.record({ labels: fc.constant(['site']), nodes: fc.integer({ min: 1, max: 3 }) })),
  updateTimeoutSeconds: fc.integer({ min: 5, max: 60 }),
  bakeSeconds: fc.integer({ min: 0, max: 30 }),
  failureThresholdPercent: fc.constantFrom(0, 20, 100),
  onFailure: fc.constantFrom('pause' as const, 'rollback' as const, 'abort' as const),
  successThresholdPercent: fc.constantFrom(0, 50, 100),
  minSamples: fc.constantFrom(1, 3, 30),
  whenDisconnected: fc.constantFrom('normal' as const, 'expected' as const, 'error' as const),
}).map((given) => rolloutPolicySchema.parse(given));
/** A small fleet, a policy, and what happens to both. */
export const rolloutScript: fc.Arbitrary<FleetScript> = fc.record({
  policy,
  nodes: fc.array(fc.record({ offline: fc.boolean(), fails: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0), seconds: fc.integer({ min: 1, max: 8 }) }), { minLength: 1, maxLength: 24 }),
  /** What happens between steps, one entry a second. */
  happenings: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant({ kind: 'nothing' as const }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('connection' as const), node: fc.nat(23) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('leaves' as const), node: fc.nat(23) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const, 'retry' as const, 'rollBack' as const, 'cancel' as const) }) },
    ),
    { maxLength: 60 },
  ),
  /** Whether the step of each second is lost before its transaction committed, as by kill −9. */
  kills: fc.array(fc.boolean(), { maxLength: 60 }),
});
