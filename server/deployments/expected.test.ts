import { expect, test } from 'vitest';
import { expectedDuration } from './expected.ts';
import type { Expecting } from './expected.ts';
import { rolloutPolicySchema } from './schema.ts';

const startsAt = Date.parse('2026-11-30T09:00:00Z');
const took = (ms: number, bytes = 1000): Expecting['known'] extends ReadonlyMap<string, infer One> ? One : never => ({ told: 1, failed: 0, took: [{ ms, bytes }] });

/** Ten nodes, the first of them in a wave of its own; those of `away` are not connected. */
function expecting(policy: object, { bytes = 0, known = new Map(), away = [] }: { bytes?: number; known?: Expecting['known']; away?: number[] } = {}): Expecting {
  const nodes = Array.from({ length: 10 }, (_, index) => ({ node: `n${index}`, wave: index === 0 ? 0 : 1, offline: away.includes(index), bytes, group: null }));
  return { policy: rolloutPolicySchema.parse(policy), inFlightMax: 3, nodes, known, signaturesMissing: 0, startsAt };
}

test('waves one after the other, each with its bake and as many nodes at once as may be', () => {
  const view = expectedDuration(expecting({ bakeSeconds: 1800 }, { known: new Map([['n0', took(10_000)], ['n1', took(20_000)]]) }));
  // The first takes its own 10 s. Of the nine others, three at once, n1 takes its 20 s and the rest from 10 to 20 s: 2, 3 and 3 more begin after 10, 20 and 30 s.
  expect(view.earliestSeconds).toBe(10 + 1800 + 40 + 1800);
  // Every report is noticed within a second, and every bake's end.
  expect(view.latestSeconds).toBe(11 + 1801 + 3 * 21 + 1801);
  expect(view.basis).toEqual([
    '2 waves, 30 min bake each, at most 3 at once.',
    'A node took 10 s to 20 s the last times. Of 8 of 10 no such time is known, and they are taken to need as long as the others.',
    'A node fetches 0 B.',
    'No node fails, comes or goes meanwhile; a rehearsal plays that too.',
  ]);
});

test('what is not known widens it: until a node counts as failed, or by how much more it fetches', () => {
  const span = (given: Expecting): (number | null)[] => [expectedDuration(given).earliestSeconds, expectedDuration(given).latestSeconds];
  const policy = { bakeSeconds: 0, waves: [] };
  const one = (given: Expecting): Expecting => ({ ...given, nodes: given.nodes.slice(0, 1) });
  expect(span(one(expecting(policy)))).toEqual([1, 302]);
  const known = new Map([['n0', took(10_000, 2_000_000)]]);
  expect(span(one(expecting(policy, { bytes: 2_000_000, known })))).toEqual([10, 12]);
  expect(span(one(expecting(policy, { bytes: 8_000_000, known })))).toEqual([10, 42]);
  expect(expectedDuration(one(expecting(policy, { bytes: 8_000_000, known }))).basis).toContain('A node fetches 8.0 MB, and at most 2.0 MB the last times: its longest time grows by as much.');
  // What took 10 s for some kilobytes says nothing of a link.
  expect(span(one(expecting(policy, { bytes: 8_000_000, known: new Map([['n0', took(10_000)]]) })))).toEqual([10, 302]);
});

test('nodes that are away are left out, unless a wave cannot pass without them', () => {
  const away = expectedDuration(expecting({ bakeSeconds: 0 }, { away: [5, 6, 7] }));
  expect(away.latestSeconds).not.toBeNull();
  expect(away.basis).toContain('3 nodes are away and not counted: they follow when they are back.');
  expect(expectedDuration(expecting({ bakeSeconds: 0, successThresholdPercent: 100 }, { away: [5] }))).toMatchObject({ latestSeconds: null, basis: expect.arrayContaining(['Wave 2 needs nodes that are away now to pass: nobody knows when they come.']) });
  expect(expectedDuration(expecting({ bakeSeconds: 0, whenDisconnected: 'error' }, { away: [5] })).basis.at(-1)).toBe('Unless the 1 node of wave 2 that is away comes back, it stops there.');
});

test('windows are waited for, and each says when it opens next', () => {
  const night = { days: [0, 1, 2, 3, 4, 5, 6], from: '02:00', to: '03:00', timeZone: 'Europe/Berlin' };
  const view = expectedDuration(expecting({ bakeSeconds: 0, waves: [], activateWindows: [night], windows: [{ ...night, from: '09:00', to: '12:00' }] }, { known: new Map([['n0', took(1000)]]) }));
  expect(view.windows).toEqual([
    { purpose: 'tell', text: '09:00 to 12:00, Europe/Berlin', timeZone: 'Europe/Berlin', opensAt: startsAt },
    { purpose: 'switch', text: '02:00 to 03:00, Europe/Berlin', timeZone: 'Europe/Berlin', opensAt: Date.parse('2026-12-01T01:00:00Z') },
  ]);
  // Three at a time are told in the morning and switch in the night.
  expect(view.earliestSeconds).toBeGreaterThan(3 * 86_400);
});

test('a limit a minute, a time to begin, people and signatures', () => {
  const known = new Map([['n0', took(1000)]]);
  const view = expectedDuration({ ...expecting({ bakeSeconds: 0, waves: [], perMinute: 4, notBefore: startsAt + 3_600_000, approval: 'eachWave', maxUnavailable: { unit: 'percent', value: 100 } }, { known }), inFlightMax: 10, signaturesMissing: 2 });
  // One in the first wave, three of the second a second later; each of the ten waits until it is the fifth of its minute.
  expect(view.earliestSeconds).toBe(3600 + 2 * 60 + 2);
  expect(view.basis).toEqual(expect.arrayContaining(['2 waves, without a bake, at most 10 at once, at most 4 a minute.', '2 signatures are missing, and no node is told before.', 'Whoever is asked between waves answers at once.']));
});
