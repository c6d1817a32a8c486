import { expect, test } from 'vitest';
import { newNodeState, withFacts } from './state.ts';
import { columnsThatChange, factsIn } from './state-columns.ts';
import type { Fact } from './state-columns.ts';
import type { NodeFacts } from './state.ts';

const report = { type: 'report' as const, observedGeneration: 4, bundle: 'sha256:b', sync: 'Synced' as const, reason: 'Running', message: 'It runs.', conditions: [{ type: 'Ready', status: 'False' as const, reason: 'Crashed', message: 'It broke.', lastTransitionTime: 1, observedGeneration: 4 }], rules: [], models: [] };
const node = newNodeState({ id: 'n', organizationId: 'o', name: 'one' }, 1);
const well = withFacts(node, { instance: 'i', connectedSince: 2, desiredGeneration: 3, desiredBundle: 'sha256:a', desiredAt: 2, report: { ...report, observedGeneration: 3, bundle: 'sha256:a', conditions: [] }, reportedAt: 2 }, 2).state;
const everything: readonly Fact[] = ['revokedAt', 'instance', 'connectedSince', 'disconnectedAt', 'desiredGeneration', 'desiredBundle', 'desiredAt', 'report', 'reportedAt'];

const cases: NodeFacts[] = [
  { desiredGeneration: 4, desiredBundle: 'sha256:b', desiredAt: 5 },
  { report, reportedAt: 5 },
  { connectedSince: null, disconnectedAt: 5 },
  { connectedSince: 5, instance: 'other' },
  { revokedAt: 5, connectedSince: null, disconnectedAt: 5 },
];

test.each(cases)('a state differs from what was there in columns of the facts that changed, and in no other: %o', (facts) => {
  const { state } = withFacts(well, facts, 5);
  const written = new Set(columnsThatChange(factsIn(facts)).map(({ column }) => column));
  const differing = columnsThatChange(everything).filter(({ of }) => String(of(state)) !== String(of(well)) || of(state)?.valueOf() !== of(well)?.valueOf());
  expect(differing.length).toBeGreaterThan(0);
  expect(differing.map(({ column }) => column).filter((column) => !written.has(column))).toEqual([]);
});

test('what is desired of a node is written without how well it is', () => {
  expect(columnsThatChange(['desiredGeneration', 'desiredBundle', 'desiredAt']).map(({ column }) => column)).toEqual(['desiredGeneration', 'desiredBundle', 'desiredAt', 'sync', 'syncReason', 'syncMessage', 'syncSince']);
});
