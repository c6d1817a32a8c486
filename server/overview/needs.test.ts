import { expect, test } from 'vitest';
import { needsOf } from './needs.ts';

const nothing = { alerts: [], pending: 0, requests: [], failed: 0, failedNodes: [], quarantined: 0, quarantinedNodes: [], overlapping: [], unsigned: { rollouts: [], change: false }, repositories: [], stopped: [] };

const rollout = { id: 'd1', fleet: 'pumps', state: 'Suspended', startedAt: 0, eta: null, wave: { index: 0, of: 1 }, nodes: { total: 40, running: 12, failed: 3 } };

test('nothing waits, nothing is listed', () => {
  expect(needsOf(nothing)).toEqual([]);
});

test('a rollout that stopped itself comes before a node that asks to join', () => {
  const needs = needsOf({
    ...nothing,
    alerts: [{ id: 'a1', source: 'detection', title: 'Valve closing', severity: 'critical', count: 1900, detail: 'valve-watch: flow 0.5' }, { id: 'a2', source: 'nodesOffline', title: 'Nodes of pumps are not connected', severity: 'warning', count: 2, detail: '2 for more than 5 min: loop-1, loop-2' }],
    pending: 5,
    requests: ['a', 'b', 'c'],
    failed: 1,
    failedNodes: [{ id: 'n1', name: 'loop-9' }],
    stopped: [{ rollout, by: { kind: 'ThresholdExceeded', message: '3 of 40 failed.' } }],
    quarantined: 1,
    quarantinedNodes: [{ id: 'n2', name: 'loop-7' }],
    repositories: [{ id: 'g1', name: 'plant', problem: 'Commit 3f is refused.\na.yaml:3: no\nb.yaml:4: no', pending: 1, drifted: 0 }, { id: 'g2', name: 'other', problem: null, pending: 3, drifted: 1 }],
    overlapping: [{ id: 'f1', name: 'pumps', nodes: 1 }],
  });
  expect(needs.map((need) => [need.kind, need.tone, need.title, need.detail])).toEqual([
    ['rolloutPaused', 'critical', 'The rollout on pumps stopped itself', '12 of 40 nodes run it, 3 failed.'],
    ['alert', 'critical', 'Valve closing', '1,900 times, last valve-watch: flow 0.5'],
    ['nodeFailed', 'critical', '1 node failed to apply what was deployed', 'loop-9'],
    ['repository', 'critical', 'The repository plant cannot be applied', 'Commit 3f is refused. a.yaml:3: no'],
    ['alert', 'notice', 'Nodes of pumps are not connected', '2 for more than 5 min: loop-1, loop-2'],
    ['nodesQuarantined', 'notice', '1 node is in quarantine: rollouts leave it out', 'loop-7'],
    ['repository', 'notice', '3 things differ from the repository other', '1 of them changed here by hand.'],
    ['multipleOwners', 'notice', 'pumps shares nodes with another fleet', '1 node is claimed by more than one selector and stays where it is.'],
    ['enrollment', 'info', '5 nodes ask to join', 'a, b, c and 2 more'],
  ]);
  expect(needs.find(({ kind }) => kind === 'nodeFailed')?.target).toEqual({ kind: 'node', id: 'n1' });
});

test.each([
  ['ApprovalNeeded', 'Paused', 'The rollout on pumps waits for a person', 'Wave 1 passed.'],
  ['GateUndecided', 'Paused', 'A wave of the rollout on pumps could not be judged', 'Wave 1 passed.'],
  ['GateStopped', 'Suspended', 'A gate stopped the rollout on pumps', 'Wave 1 passed.'],
  ['Paused', 'Paused', 'The rollout on pumps is paused', '12 of 40 nodes run it, 3 failed.'],
] as const)('a rollout that stands still by %s says for what', (kind, state, title, detail) => {
  expect(needsOf({ ...nothing, stopped: [{ rollout: { ...rollout, state }, by: { kind, message: 'Wave 1 passed.' } }] })).toMatchObject([{ title, detail }]);
});
