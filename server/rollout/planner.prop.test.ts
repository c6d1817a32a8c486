import { openingOf } from '@selvedge/edge-runtime/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rolloutPolicySchema } from '../deployments/schema.ts';
import { rolloutScript as script } from './testing/rollout-script.ts';
import { createFleet } from './testing/simulated-fleet.ts';
import { limitOf } from './waves.ts';
import { isOver } from './work.ts';

describe('whatever nodes report, people do and is killed', () => {
  test('never more than maxUnavailable nodes are between request and report', () => {
    fc.assert(
      fc.property(script, (given) => {
        const fleet = createFleet(given);
        const most = limitOf(given.policy.maxUnavailable, given.nodes.length);
        fleet.run((step) => {
          // A node that is turned round while it is under way takes no further place.
          const fresh = step.requests.filter(({ node }) => !fleet.wasInFlight(node)).length;
          // Once every wave has passed, the disconnected are told, and there is nothing more to wait for.
          if (fresh > 0 && step.state !== 'Succeeded') expect(fleet.inFlightBefore() + fresh).toBeLessThanOrEqual(most);
        });
      }),
      { numRuns: 400 },
    );
  });

  test('nor more of a group than its limit, of those that anything new is asked of', () => {
    fc.assert(
      fc.property(script, (given) => {
        const { maxUnavailablePer: per } = given.policy;
        if (per === null) return;
        const fleet = createFleet(given);
        fleet.run((step) => {
          if (step.state === 'Succeeded') return;
          const fresh = step.requests.filter(({ node }) => !fleet.wasInFlight(node)).map(({ node }) => fleet.row(node));
          const changing = [...fleet.rows().filter(({ node }) => fleet.wasInFlight(node)), ...fresh];
          for (const { group } of fresh) expect(changing.filter((row) => row.group === group).length).toBeLessThanOrEqual(per.nodes);
        });
      }),
      { numRuns: 600 },
    );
  });

  test('no node of a wave is asked before every wave before it has passed, and a wave passes only on a report', () => {
    fc.assert(
      fc.property(script, (given) => {
        const fleet = createFleet(given);
        fleet.run((step) => {
          for (const request of step.requests) {
            if (request.bundle !== 'new') continue;
            const { wave } = fleet.row(request.node);
            for (const earlier of step.waves.slice(0, wave)) expect(earlier.passedAt).not.toBeNull();
          }
          for (const [index, wave] of step.waves.entries()) {
            if (wave.passedAt === fleet.now && fleet.anyoneIsExpected(index)) expect(fleet.anyoneReports('new', index)).toBe(true);
          }
        });
      }),
      { numRuns: 400 },
    );
  });

  test('a wave passes only when as many report the bundle as its policy wants, and with error when nobody of it is away', () => {
    fc.assert(
      fc.property(script, (given) => {
        const fleet = createFleet(given);
        fleet.run((step) => {
          for (const [index, wave] of step.waves.entries()) {
            if (wave.passedAt !== fleet.now) continue;
            const stateOf = (node: string): string => step.changes.find((change) => change.node === node)?.state ?? fleet.row(node).state;
            const states = (of: (wave: number) => boolean): string[] => fleet.rows().filter((row) => of(row.wave)).map((row) => stateOf(row.node));
            const counting = (all: readonly string[]): string[] => all.filter((state) => state !== 'Skipped' && state !== 'Failed');
            const [mine, soFar] = [counting(states((one) => one === index)), counting(states((one) => one <= index))];
            const running = (all: readonly string[]): number => all.filter((state) => state === 'Running').length;
            expect(running(mine)).toBeGreaterThanOrEqual((given.policy.successThresholdPercent / 100) * mine.length);
            expect(running(soFar)).toBeGreaterThanOrEqual(Math.min(given.policy.minSamples, soFar.length));
            if (given.policy.whenDisconnected === 'error') expect(soFar).not.toContain('Offline');
          }
        });
      }),
      { numRuns: 400 },
    );
  });

  test('nothing is asked while it is paused, suspended or over', () => {
    fc.assert(
      fc.property(script, (given) => {
        const fleet = createFleet(given);
        fleet.run((step, before) => {
          if (before === 'Paused' || before === 'Suspended' || isOver(before)) expect(step.requests).toEqual([]);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('a state that is over is never left, and the wave under way never goes back', () => {
    fc.assert(
      fc.property(script, (given) => {
        const fleet = createFleet(given);
        fleet.run((step, before) => {
          if (isOver(before)) expect(step.state).toBe(before);
          expect(step.wave).toBeGreaterThanOrEqual(fleet.rollout.wave);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('killed between any two statements, it ends where it would have ended', () => {
    fc.assert(
      fc.property(script, (given) => {
        const people = given.happenings.filter((happening) => happening.kind === 'nothing');
        const nodes = given.nodes.map((node) => ({ ...node, offline: false, seconds: Math.min(node.seconds, 3) }));
        const ends = [[], given.kills].map((kills) => {
          const fleet = createFleet({ ...given, nodes, happenings: people, kills });
          fleet.run(() => undefined, 2000);
          return { state: fleet.rollout.state, nodes: fleet.rows().map((row) => row.state) };
        });
        expect(ends[1]?.state).toBe(ends[0]?.state);
      }),
      { numRuns: 200 },
    );
  });

  test('all connected and none failing, it succeeds with every node reporting the bundle', () => {
    fc.assert(
      fc.property(script, (given) => {
        const nodes = given.nodes.map((node) => ({ ...node, offline: false, fails: false, seconds: Math.min(node.seconds, 4) }));
        const fleet = createFleet({ ...given, nodes, happenings: [] });
        fleet.run(() => undefined, 2000);
        expect(fleet.rollout.state).toBe('Succeeded');
        expect(fleet.rows().every((row) => row.state === 'Running')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('rolled back, every connected node that was told the bundle reports the one before', () => {
    fc.assert(
      fc.property(script, fc.nat(40), (given, second) => {
        const nodes = given.nodes.map((node) => ({ ...node, offline: false, fails: false, seconds: Math.min(node.seconds, 4) }));
        const happenings = [...Array.from({ length: second }, () => ({ kind: 'nothing' as const })), { kind: 'rollBack' as const }];
        const fleet = createFleet({ ...given, nodes, happenings });
        fleet.run(() => undefined, 2000);
        if (fleet.rollout.state === 'Succeeded') return;
        expect(fleet.rollout.state).toBe('RolledBack');
        expect(fleet.rows().filter((row) => row.told !== null).every((row) => row.told?.bundle === 'old' && row.facts.bundle === 'old')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('no more than perMinute are told in any minute, none before notBefore, and none while every window is closed', () => {
    const when = fc.record({ perMinute: fc.option(fc.integer({ min: 1, max: 5 })), after: fc.option(fc.integer({ min: 1, max: 90 })), minute: fc.option(fc.integer({ min: 0, max: 1439 })), length: fc.integer({ min: 1, max: 30 }) });
    fc.assert(
      fc.property(script, when, (given, { perMinute, after, minute, length }) => {
        const start = createFleet(given).now;
        const clock = (of: number): string => new Date((of % 1440) * 60_000).toISOString().slice(11, 16);
        const windows = minute === null ? [] : [{ days: [0, 1, 2, 3, 4, 5, 6], from: clock(minute), to: clock(minute + length), timeZone: 'Etc/UTC' }];
        const notBefore = after === null ? null : start + after * 1000;
        // A step that was lost told nobody, and a node that is asked again is one node.
        const happenings = given.happenings.filter((happening) => happening.kind !== 'retry');
        const fleet = createFleet({ ...given, kills: [], happenings, policy: { ...given.policy, perMinute, notBefore, windows } });
        const told: number[] = [];
        fleet.run((step) => {
          const fresh = step.requests.filter((request) => request.bundle === 'new').map(() => fleet.now);
          if (fresh.length === 0 || step.state === 'Succeeded') return;
          if (notBefore !== null) expect(fleet.now).toBeGreaterThanOrEqual(notBefore);
          expect(openingOf(windows, fleet.now).open).toBe(true);
          told.push(...fresh);
          if (perMinute !== null) expect(told.filter((at) => at > fleet.now - 60_000).length).toBeLessThanOrEqual(perMinute);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('with windows to switch in, nobody runs it before they open, nobody is late for that, and then it ends as without', () => {
    fc.assert(
      fc.property(script, fc.integer({ min: 1, max: 8 }), (given, minutes) => {
        const nodes = given.nodes.map((node) => ({ ...node, offline: false, fails: false, seconds: Math.min(node.seconds, 4) }));
        const opens = Math.ceil(createFleet(given).now / 60_000) + minutes;
        const clock = (minute: number): string => new Date(minute * 60_000).toISOString().slice(11, 16);
        const activateWindows = [{ days: [0, 1, 2, 3, 4, 5, 6], from: clock(opens), to: clock(opens + 600), timeZone: 'Etc/UTC' }];
        const fleet = createFleet({ ...given, nodes, happenings: [], kills: [], policy: { ...given.policy, activateWindows } });
        fleet.run((step) => {
          expect(step.changes.filter((change) => change.state === 'Failed')).toEqual([]);
          if (fleet.now < opens * 60_000) expect(fleet.anyoneReports('new', 99)).toBe(false);
        }, 3000);
        expect(fleet.rollout.state).toBe('Succeeded');
        expect(fleet.rows().every((row) => row.state === 'Running')).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('with approval each wave after the first waits for a person, and with one it ends as without', () => {
    fc.assert(
      fc.property(script, (given) => {
        const nodes = given.nodes.map((node) => ({ ...node, offline: false, fails: false, seconds: Math.min(node.seconds, 4) }));
        const asking = { ...given.policy, approval: 'eachWave' as const };
        const alone = createFleet({ ...given, policy: asking, nodes, happenings: [], kills: [] });
        alone.run((step, before) => {
          if (before === 'Paused') expect(step.requests).toEqual([]);
        }, 500);
        const passed = alone.rollout.waves.filter((wave) => wave.passedAt !== null).length;
        expect(passed).toBe(1);
        expect(alone.rollout.state).toBe(alone.rollout.waves.length === 1 ? 'Succeeded' : 'Paused');
        const happenings = Array.from({ length: 60 }, () => ({ kind: 'resume' as const }));
        const helped = createFleet({ ...given, policy: { ...asking, bakeSeconds: 0 }, nodes, happenings, kills: [] });
        helped.run(() => undefined, 2000);
        expect(helped.rollout.waves.filter((wave) => wave.passedAt !== null).length).toBeGreaterThanOrEqual(Math.min(2, helped.rollout.waves.length));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a wave of which nobody is left', () => {
  const failing = (given: object): ReturnType<typeof createFleet> =>
    createFleet({
      policy: rolloutPolicySchema.parse({ waves: [], bakeSeconds: 0, failureThresholdPercent: 100, quarantineAfter: null, ...given }),
      nodes: [{ offline: false, fails: true, seconds: 1 }, { offline: false, fails: true, seconds: 1 }],
      happenings: [],
      kills: [],
    });

  test('stops, whatever may fail: no report could come by which it would pass', () => {
    const fleet = failing({});
    const decisions: string[] = [];
    fleet.run((step) => decisions.push(...step.decisions.map(({ message }) => message)), 20);
    expect(fleet.rollout.state).toBe('Suspended');
    expect(decisions.at(-1)).toBe('All 2 nodes so far failed, and a wave passes only when one reports the bundle. Nothing more is asked until a person decides.');
    const back = failing({ onFailure: 'rollback' });
    back.run(() => undefined, 40);
    expect(back.rollout.state).toBe('RolledBack');
  });

  test('passes when a person has left all of it behind', () => {
    const fleet = createFleet({
      policy: rolloutPolicySchema.parse({ waves: [{ limit: { unit: 'nodes', value: 1 } }], bakeSeconds: 0, quarantineAfter: null }),
      nodes: [{ offline: false, fails: true, seconds: 1 }, { offline: false, fails: false, seconds: 1 }],
      happenings: Array.from({ length: 20 }, (_, second) => ({ kind: second === 10 ? ('resume' as const) : ('nothing' as const) })),
      kills: [],
    });
    fleet.run(() => undefined, 40);
    expect([fleet.rollout.state, ...fleet.rows().map(({ state }) => state)]).toEqual(['Succeeded', 'Failed', 'Running']);
  });
});
