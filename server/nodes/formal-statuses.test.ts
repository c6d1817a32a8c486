import { readFile } from 'node:fs/promises';
import type { Condition, HealthStatus, SyncStatus } from '@selvedge/edge-runtime/protocol';
import { healthStatusSchema, syncStatusSchema } from '@selvedge/edge-runtime/protocol';
import { expect, test } from 'vitest';
import { rolloutStateSchema } from '../deployments/schema.ts';
import { repositoryStatusSchema } from '../repositories/schema.ts';
import { healthOf, syncOf } from './status.ts';
import type { StatusFacts } from './status.ts';

/* The boolean definitions that stand above `healthOf` and `syncOf`, said once more and held against the code for every combination of what they are about. */

type Report = NonNullable<StatusFacts['report']>;

const generations = { desired: [0, 3], observed: [0, 2, 3, 4] } as const;
const [ours, other] = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`);
const activations: (Report['activation'] | undefined)[] = [undefined, ...[2, 3, 4].flatMap((generation) => (['Fetching', 'Staged', 'Switching'] as const).map((step) => ({ generation, bundle: `sha256:${'c'.repeat(64)}` as const, step, bytesDone: 0, bytesTotal: 0 })))];
const conditions: Condition[][] = [[], ...(['Ready', 'StoreReady', 'ModelsLoaded', 'SourcesConnected', 'LinkConnected'] as const).flatMap((type) => (['True', 'False', 'Unknown'] as const).map((status) => [{ type, status, reason: 'R', message: '', lastTransitionTime: 0, observedGeneration: 3 }]))];

/** Conditions are varied beside what bears on them: no activation, and one of what is desired. */
const reports: (Report | null)[] = [
  null,
  ...generations.observed.flatMap((observedGeneration) => [ours, other].flatMap((bundle) => syncStatusSchema.options.flatMap((sync) => activations.flatMap((activation) =>
    (activation === undefined || activation.generation === 3 ? conditions : conditions.slice(0, 1)).map((held) => ({ observedGeneration, bundle, sync, reason: 'R', message: '', conditions: held, ...(activation !== undefined && { activation }) }) as Report),
  )))),
];

const everything: readonly StatusFacts[] = reports.flatMap((report) =>
  generations.desired.flatMap((desiredGeneration) => ([[false, null], [true, null], [true, 1000]] as const).map(([everConnected, connectedSince]) => ({ revoked: false, everConnected, connectedSince, desiredGeneration, desiredBundle: ours ?? null, report }))),
);

/** The first that holds counts. */
const syncDefinitions: readonly [SyncStatus, (facts: StatusFacts, report: Report) => boolean][] = [
  ['Failed', ({ desiredGeneration: D, desiredBundle }, { observedGeneration: O, bundle, sync: R, activation }) => R === 'Failed' && (activation === undefined || activation.generation >= D || (O === D && bundle === desiredBundle))],
  ['Drifted', ({ desiredGeneration: D, desiredBundle }, { observedGeneration: O, bundle, sync: R }) => O > D || (O === D && (bundle !== desiredBundle || R === 'Drifted'))],
  ['Applying', ({ desiredGeneration: D, desiredBundle }, { observedGeneration: O, bundle, sync: R, activation }) => (O < D && activation?.generation === D && activation.step !== 'Staged') || (O === D && bundle === desiredBundle && R === 'Applying')],
  ['OutOfSync', ({ desiredGeneration: D, desiredBundle }, { observedGeneration: O, bundle, sync: R, activation }) => (O < D && (activation?.generation !== D || activation.step === 'Staged')) || (O === D && bundle === desiredBundle && R === 'OutOfSync')],
  ['Synced', ({ desiredGeneration: D, desiredBundle }, { observedGeneration: O, bundle, sync: R }) => O === D && D > 0 && bundle === desiredBundle && R === 'Synced'],
];

function syncBy(facts: StatusFacts): SyncStatus | undefined {
  const { report } = facts;
  if (report === null || (facts.desiredGeneration === 0 && report.observedGeneration === 0)) return 'Unknown';
  if (report.observedGeneration === facts.desiredGeneration && report.bundle === facts.desiredBundle && report.sync === 'Unknown') return 'Unknown';
  return syncDefinitions.find(([, holds]) => holds(facts, report))?.[0];
}

const weighty = ['Ready', 'StoreReady', 'ModelsLoaded', 'SourcesConnected'];
const healthDefinitions: readonly [HealthStatus, (facts: StatusFacts) => boolean][] = [
  ['NeverSeen', ({ everConnected: S }) => !S],
  ['Offline', ({ everConnected: S, connectedSince }) => S && connectedSince === null],
  ['Degraded', ({ connectedSince, report }) => connectedSince !== null && report?.activation?.step !== 'Switching' && (report?.conditions ?? []).some(({ type, status }) => weighty.includes(type) && status === 'False')],
];

test('sync is what its definitions say, of every combination, and nothing falls through', () => {
  for (const facts of everything) {
    const wanted = syncBy(facts);
    const { status } = syncOf(facts);
    if (status !== wanted) expect({ status, facts }).toEqual({ status: wanted, facts });
  }
  expect(everything.length).toBeGreaterThan(10_000);
});

test('health is what its definitions say: exactly one holds, and what is desired plays no part', () => {
  for (const facts of everything) {
    const held = healthDefinitions.filter(([, holds]) => holds(facts)).map(([status]) => status);
    expect(held.length).toBeLessThan(2);
    const { status } = healthOf(facts);
    if (status !== (held[0] ?? 'Healthy')) expect({ status, facts }).toEqual({ status: held[0] ?? 'Healthy', facts });
  }
});

test('the glossary has every status in the order in which they are looked at, and every state of a rollout', async () => {
  const glossary = await readFile(new URL('../../docs/glossary.md', import.meta.url), 'utf8');
  const table = (of: string): string[] => [...(glossary.split(`| ${of} | true when |\n|---|---|\n`)[1]?.split('\n\n')[0] ?? '').matchAll(/^\| `(\w+)` \|/gm)].map(([, status = '']) => status);
  expect(table('sync')).toEqual(['Unknown', ...syncDefinitions.map(([status]) => status)]);
  expect(table('health')).toEqual([...healthDefinitions.map(([status]) => status), 'Healthy']);
  expect(table('sync').toSorted()).toEqual(syncStatusSchema.options.toSorted());
  expect(table('health').toSorted()).toEqual(healthStatusSchema.options.toSorted());
  expect(table('repository').toSorted()).toEqual(repositoryStatusSchema.options.toSorted());
  const states = glossary.split('**Rollout**: ')[1]?.split('\n\n')[0] ?? '';
  expect([...states.matchAll(/`(\w+)`/g)].map(([, state = '']) => state).toSorted()).toEqual(rolloutStateSchema.options.toSorted());
});
