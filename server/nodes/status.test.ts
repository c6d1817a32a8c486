import { describe, expect, test } from 'vitest';
import type { Condition, SyncStatus } from '@selvedge/edge-runtime/protocol';
import { healthOf, multipleOwnersCondition, syncOf } from './status.ts';
import type { StatusFacts } from './status.ts';

const bundleA = `sha256:${'a'.repeat(64)}`;
const bundleB = `sha256:${'b'.repeat(64)}`;

function condition(type: string, status: Condition['status']): Condition {
  return { type, status, reason: `${type}${status}`, message: '', lastTransitionTime: 0, observedGeneration: 1 };
}

function facts(change: Partial<StatusFacts> = {}, report: Partial<NonNullable<StatusFacts['report']>> | null = {}): StatusFacts {
  return {
    revoked: false,
    connectedSince: 1000,
    everConnected: true,
    desiredGeneration: 3,
    desiredBundle: bundleA,
    report: report === null ? null : { observedGeneration: 3, bundle: bundleA, sync: 'Synced', reason: 'Running', message: '', conditions: [], ...report },
    ...change,
  };
}

function activation(generation: number, step: 'Fetching' | 'Staged' | 'Switching' = 'Fetching') {
  return { activation: { generation, bundle: bundleB, step, bytesDone: 1, bytesTotal: 2 } };
}

describe('health', () => {
  test.each([
    ['NeverSeen', 'NeverConnected', facts({ everConnected: false, connectedSince: null }, null)],
    ['Offline', 'NoConnection', facts({ connectedSince: null })],
    ['Offline', 'Revoked', facts({ revoked: true })],
    ['Healthy', 'Connected', facts()],
    ['Healthy', 'Connected', facts({}, null)],
    ['Healthy', 'Connected', facts({}, { conditions: [condition('Ready', 'Unknown'), condition('BundleApplied', 'False')] })],
    ['Degraded', 'SourcesConnectedFalse', facts({}, { conditions: [condition('Ready', 'True'), condition('SourcesConnected', 'False')] })],
    ['Healthy', 'Connected', facts({}, { conditions: [condition('Ready', 'False')], ...activation(3, 'Switching') })],
    ['Degraded', 'ReadyFalse', facts({}, { conditions: [condition('Ready', 'False')], ...activation(3) })],
    ['Degraded', 'ReadyFalse', facts({}, { conditions: [condition('SourcesConnected', 'False'), condition('Ready', 'False')] })],
  ])('%s because of %s', (status, reason, given) => {
    expect(healthOf(given)).toMatchObject({ status, reason });
  });
});

describe('sync', () => {
  test.each<[SyncStatus, string, StatusFacts]>([
    ['Unknown', 'NeverReported', facts({}, null)],
    ['Unknown', 'NothingAssigned', facts({ desiredGeneration: 0, desiredBundle: null }, { observedGeneration: 0, sync: 'Unknown' })],
    ['Synced', 'Running', facts()],
    ['Synced', 'Running', facts({ connectedSince: null })],
    ['OutOfSync', 'Requested', facts({}, { observedGeneration: 2, bundle: bundleB })],
    ['OutOfSync', 'WaitsForConnection', facts({ connectedSince: null }, { observedGeneration: 2, bundle: bundleB })],
    ['Applying', 'Fetching', facts({}, { observedGeneration: 2, sync: 'Applying', reason: 'Fetching', ...activation(3) })],
    ['Applying', 'DiskFull', facts({}, { observedGeneration: 2, sync: 'Applying', reason: 'DiskFull', ...activation(3) })],
    ['OutOfSync', 'Staged', facts({}, { observedGeneration: 2, sync: 'OutOfSync', reason: 'Staged', ...activation(3, 'Staged') })],
    ['OutOfSync', 'Staged', facts({ connectedSince: null }, { observedGeneration: 2, sync: 'OutOfSync', reason: 'Staged', ...activation(3, 'Staged') })],
    ['OutOfSync', 'Held', facts({}, { observedGeneration: 2, bundle: bundleB, sync: 'OutOfSync', reason: 'Held' })],
    ['OutOfSync', 'Requested', facts({}, { observedGeneration: 1, sync: 'Applying', ...activation(2) })],
    ['Failed', 'DigestMismatch', facts({}, { observedGeneration: 2, sync: 'Failed', reason: 'DigestMismatch', ...activation(3) })],
    ['OutOfSync', 'Requested', facts({}, { observedGeneration: 1, sync: 'Failed', ...activation(2) })],
    ['Drifted', 'AheadOfControlPlane', facts({}, { observedGeneration: 4 })],
    ['Drifted', 'OtherBundle', facts({}, { bundle: bundleB })],
    ['Drifted', 'EditedByHand', facts({}, { sync: 'Drifted', reason: 'EditedByHand' })],
    ['Applying', 'Restarting', facts({}, { sync: 'Applying', reason: 'Restarting' })],
  ])('%s because of %s', (status, reason, given) => {
    expect(syncOf(given)).toMatchObject({ status, reason });
  });

  test('I9: nothing but the node’s own report of the desired generation and bundle makes it Synced', () => {
    for (const observedGeneration of [0, 1, 2, 3, 4]) {
      for (const bundle of [bundleA, bundleB]) {
        for (const sync of ['Synced', 'OutOfSync', 'Applying', 'Drifted', 'Failed', 'Unknown'] as const) {
          const verdict = syncOf(facts({}, { observedGeneration, bundle, sync }));
          if (verdict.status === 'Synced') expect({ observedGeneration, bundle, sync }).toEqual({ observedGeneration: 3, bundle: bundleA, sync: 'Synced' });
        }
      }
    }
  });
});

describe('multiple owners', () => {
  test('names the fleets and the one that keeps it', () => {
    expect(multipleOwnersCondition([{ name: 'a' }], { name: 'a' }, 5, 1)).toBeNull();
    expect(multipleOwnersCondition([{ name: 'a' }, { name: 'b' }], { name: 'a' }, 5, 1)?.message).toBe('a, b all claim it; it stays in a.');
    expect(multipleOwnersCondition([{ name: 'a' }, { name: 'b' }], null, 5, 1)?.message).toBe('a, b all claim it; it is in none of them until one does.');
  });
});
