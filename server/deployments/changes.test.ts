import { settingsSchema } from '@selvedge/edge-runtime/protocol';
import type { BundleManifest } from '@selvedge/edge-runtime/protocol';
import { expect, test } from 'vitest';
import { assembleBundle, digestOf } from '../bundles/index.ts';
import { isOlder } from '../kernel/versions.ts';
import { bytesBetween, changesBetween, summarize } from './changes.ts';
import { estimateEnd, waveView } from './counts.ts';
import { stateOutcome } from './state-outcome.ts';

function manifest(versions: Record<string, number>, settings = {}): BundleManifest {
  const rules = Object.entries(versions).map(([name, version]) => ({ name, version, digest: digestOf(`${name}${version}`), bytes: 100 }));
  return assembleBundle('acme', rules, [], settingsSchema.parse(settings)).manifest;
}

test('what differs is named once, and only that is fetched', () => {
  const [from, to] = [manifest({ a: 1, b: 1, c: 1 }), manifest({ a: 2, b: 1, d: 1 }, { telemetryIntervalMs: 500 })];
  const changes = changesBetween(from, to);
  expect(changes).toEqual([
    { kind: 'rule', name: 'a', from: '1', to: '2', bytes: 100 },
    { kind: 'rule', name: 'c', from: '1', to: null, bytes: 0 },
    { kind: 'rule', name: 'd', from: null, to: '1', bytes: 100 },
    { kind: 'settings', name: 'settings', from: 'as deployed', to: 'changed', bytes: 0 },
  ]);
  expect(bytesBetween(from, to)).toBe(200);
  expect(summarize(changes)).toEqual(['a 1 → 2', 'c removed', 'd 1 added', 'settings']);
  expect(changesBetween(to, to)).toEqual([]);
  expect(bytesBetween(null, to)).toBe(300);
});

test('memory is kept while it is what it was, and lost with anything that changes it', () => {
  const state = [{ id: 'w1', query: 'recent', what: '1-minute window of In', definition: 'd' }];
  const rule = { name: 'a', version: 1, digest: 'x', runs: true, state };
  const next = { ...rule, version: 2, digest: 'y' };
  expect(stateOutcome([rule], [next]).stateKept).toHaveLength(1);
  expect(stateOutcome([rule], [{ ...next, state: state.map((one) => ({ ...one, id: 'w2' })) }]).stateLost).toMatchObject([{ because: expect.stringContaining('feeds it otherwise') }]);
  expect(stateOutcome([rule], [{ ...next, state: [] }]).stateLost).toMatchObject([{ because: 'version 2 has no 1-minute window of In' }]);
  expect(stateOutcome([rule], []).stateLost).toMatchObject([{ because: 'the rule is removed' }]);
  expect(stateOutcome([rule], [{ ...next, runs: false }]).stateLost).toHaveLength(1);
  expect(stateOutcome([{ ...rule, state: [...state, ...state] }], [next])).toMatchObject({ stateKept: [{}], stateLost: [{}] });
});

test.each([
  ['0.1.0', false],
  ['0.0.9', true],
  ['1.0.0', false],
  ['0.1.0-rc.1', false],
  ['0.1', true],
  ['unknown', true],
])('an agent of version %s is older than 0.1.0: %s', (version, older) => {
  expect(isOlder(version, '0.1.0')).toBe(older);
});

test('an end is estimated only from a pace that was seen', () => {
  const given = { startedAt: 0, now: 10_000, done: 5, left: 10, wavesLeft: 1, bakeMs: 5000, progressing: true };
  expect(estimateEnd(given)).toBe(10_000 + 20_000 + 5000);
  expect(estimateEnd({ ...given, done: 0 })).toBeNull();
  expect(estimateEnd({ ...given, progressing: false })).toBeNull();
  expect(estimateEnd({ ...given, left: 0 })).toBeNull();
});

test('a wave is what its times and the rollout say', () => {
  const nodes = { total: 2, running: 1, applying: 0, staged: 0, failed: 1, offline: 0, skipped: 0, toCome: 0 };
  const wave = { index: 0, startedAt: 1, bakingSince: null, passedAt: null };
  const going = { underWay: true, stopped: false, bakeMs: 10 };
  expect(waveView(wave, nodes, going).state).toBe('Progressing');
  expect(waveView(wave, nodes, { ...going, stopped: true }).state).toBe('Failed');
  expect(waveView(wave, { ...nodes, failed: 0 }, { ...going, stopped: true }).state).toBe('Stopped');
  expect(waveView({ ...wave, bakingSince: 5 }, nodes, going)).toMatchObject({ state: 'Baking', bakesUntil: 15 });
  expect(waveView({ ...wave, bakingSince: 5, passedAt: 15 }, nodes, going)).toMatchObject({ state: 'Passed', bakesUntil: null });
  expect(waveView({ ...wave, startedAt: null }, nodes, { ...going, underWay: false }).state).toBe('Stopped');
});
