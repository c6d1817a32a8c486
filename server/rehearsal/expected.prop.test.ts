import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectedDuration } from '../deployments/index.ts';
import { rolloutPolicySchema } from '../deployments/schema.ts';
import type { RolloutPolicy } from '../deployments/schema.ts';
import { cutWaves, groupOf, limitOf } from '../rollout/index.ts';
import { play } from './play.ts';
import type { Twin } from './twin.ts';

const limit = fc.oneof(fc.record({ unit: fc.constant('nodes' as const), value: fc.integer({ min: 1, max: 12 }) }), fc.record({ unit: fc.constant('percent' as const), value: fc.integer({ min: 1, max: 100 }) }));
const hour = fc.integer({ min: 0, max: 23 }).map((value) => `${String(value).padStart(2, '0')}:00`);
const window = fc.record({ days: fc.constant([0, 1, 2, 3, 4, 5, 6]), from: hour, to: hour, timeZone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Etc/UTC') }).filter(({ from, to }) => from !== to);
const seldom = <Value>(value: fc.Arbitrary<Value>, otherwise: Value) => fc.oneof({ weight: 3, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary: value });
const startsAt = Date.parse('2026-11-28T21:00:00Z');
const policy = fc.record({
  waves: fc.array(fc.record({ limit }), { maxLength: 4 }),
  maxUnavailable: limit,
  maxUnavailablePer: seldom(fc.record({ labels: fc.constant(['site']), nodes: fc.integer({ min: 1, max: 3 }) }), null),
  perMinute: seldom(fc.integer({ min: 1, max: 20 }), null),
  updateTimeoutSeconds: fc.integer({ min: 300, max: 900 }),
  bakeSeconds: fc.integer({ min: 0, max: 600 }),
  failureThresholdPercent: fc.constantFrom(0, 50, 100),
  successThresholdPercent: fc.constantFrom(0, 50, 100),
  minSamples: fc.constantFrom(1, 3, 30),
  whenDisconnected: fc.constantFrom('normal' as const, 'expected' as const, 'error' as const),
  approval: fc.constantFrom('none' as const, 'eachWave' as const),
  notBefore: seldom(fc.integer({ min: 0, max: 7200 }).map((seconds) => startsAt + seconds * 1000), null),
  windows: seldom(fc.array(window, { minLength: 1, maxLength: 2 }), []),
  downloadWindows: seldom(fc.array(window, { minLength: 1, maxLength: 2 }), []),
  activateWindows: seldom(fc.array(window, { minLength: 1, maxLength: 2 }), []),
}).map((given) => rolloutPolicySchema.parse(given));
const longestSeconds = 29;
const node = fc.record({ connected: fc.integer({ min: 0, max: 5 }).map((dice) => dice > 0), site: fc.integer({ min: 0, max: 3 }), fetches: fc.boolean(), activations: fc.array(fc.integer({ min: 500, max: longestSeconds * 1000 }), { maxLength: 3 }) });
/**
 * A second for rounding and one for a step of the rehearsal's clock. With a limit by group a node that is quicker than another may let one of another group
 * go first, and so cost the longest time of a node, and a minute where so many are told in each.
 */
const toleranceOf = ({ maxUnavailablePer, perMinute }: RolloutPolicy): number => 2 + (maxUnavailablePer === null ? 0 : longestSeconds + (perMinute === null ? 0 : 60));

test('a rehearsal in which no node fails, comes or goes takes as long as the plan expects', { timeout: 300_000 }, async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(policy, fc.array(node, { minLength: 1, maxLength: 30 }), fc.nat(), async (given, fleet, seed) => {
      const candidates = fleet.map(({ connected, fetches, site, activations }, index) => ({ node: `n${String(index).padStart(2, '0')}`, name: `n${String(index).padStart(2, '0')}`, offline: !connected, labels: { site: `s${site}` }, fetches, activations }));
      const waves = cutWaves(candidates, given.waves);
      const twins = waves.flatMap((wave, index) => wave.map(({ offline, ...rest }): Twin => ({ ...rest, wave: index, connected: !offline, failShare: 0, habit: null, hour: null }))).sort((a, b) => a.wave - b.wave || (a.name < b.name ? -1 : 1));
      const known = new Map(twins.flatMap(({ node: id, activations }) => (activations.length === 0 ? [] : [[id, { told: activations.length, failed: 0, took: activations.map((ms) => ({ ms, bytes: 1 })) }] as const])));
      const pool = twins.flatMap(({ activations }) => activations);
      const expected = expectedDuration({ policy: given, inFlightMax: limitOf(given.maxUnavailable, twins.length), known, signaturesMissing: 0, startsAt, nodes: twins.map(({ node: id, wave, connected, labels, fetches }) => ({ node: id, wave, offline: !connected, bytes: fetches ? 1 : 0, group: groupOf(labels, given.maxUnavailablePer) })) });
      const course = await play({ policy: given, twins, startsAt, pool: pool.length === 0 ? [5_000] : pool, breathe: () => Promise.resolve() }, seed);
      const took = (course.endedAt - startsAt) / 1000;
      if (expected.latestSeconds === null) {
        expect(course.state).not.toBe('Succeeded');
        return;
      }
      expect(course.state).toBe('Succeeded');
      compared += 1;
      expect(took).toBeGreaterThanOrEqual(expected.earliestSeconds - toleranceOf(given));
      expect(took).toBeLessThanOrEqual(expected.latestSeconds + toleranceOf(given));
    }),
    { numRuns: 400 },
  );
  expect(compared).toBeGreaterThan(100);
});
