import { expect, it } from 'vitest';
import { headline, outOfSyncNote, unwellNote } from './headline.ts';

const none = { quarantined: 0, byHealth: { Healthy: 0, Degraded: 0, Offline: 0, NeverSeen: 0 }, bySync: { Synced: 0, OutOfSync: 0, Applying: 0, Drifted: 0, Failed: 0, Unknown: 0 } };

it('says the worst first', () => {
  expect(headline({ nodes: { total: 0, ...none } })).toBe('No node yet');
  expect(headline({ nodes: { total: 412, ...none, byHealth: { Healthy: 405, Degraded: 3, Offline: 4, NeverSeen: 0 } } })).toBe('Everything runs except seven nodes');
  expect(headline({ nodes: { total: 49, ...none, byHealth: { Healthy: 1, Degraded: 0, Offline: 48, NeverSeen: 0 } } })).toBe('48 of 49 nodes are offline');
  expect(headline({ nodes: { total: 4, ...none, byHealth: { Healthy: 2, Degraded: 1, Offline: 1, NeverSeen: 0 } } })).toBe('2 of 4 nodes are offline or degraded');
  expect(headline({ nodes: { total: 1, ...none, byHealth: { Healthy: 0, Degraded: 0, Offline: 1, NeverSeen: 0 } } })).toBe('The only node is offline');
  expect(headline({ nodes: { total: 3, ...none, byHealth: { ...none.byHealth, Healthy: 3 }, bySync: { ...none.bySync, Failed: 1, Synced: 2 } } })).toBe('One node could not apply what is desired');
  expect(headline({ nodes: { total: 3, ...none, byHealth: { ...none.byHealth, Healthy: 3 } } })).toBe('Everything runs');
});

it('counts what is not as it should be', () => {
  expect(unwellNote({ ...none.byHealth, Offline: 4, Degraded: 3 })).toBe('4 offline, 3 degraded');
  expect(unwellNote({ ...none.byHealth, Healthy: 9 })).toBe('all of them');
  expect(outOfSyncNote({ ...none.bySync, Applying: 33, OutOfSync: 6, Drifted: 1 })).toBe('33 applying, 7 out of sync');
});
