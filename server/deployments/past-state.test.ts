import { expect, test } from 'vitest';
import { stateAfter } from './past-state.ts';

test.each([
  [['Started', 'WaveStarted'], 'pause', 'Progressing'],
  [['Started', 'Paused', 'Resumed', 'ApprovalNeeded'], 'pause', 'Paused'],
  [['Started', 'NodeFailed', 'ThresholdExceeded'], 'pause', 'Suspended'],
  [['Started', 'GateStopped', 'Retried'], 'pause', 'Progressing'],
  [['Started', 'ThresholdExceeded'], 'abort', 'Cancelled'],
  [['Started', 'GateStopped', 'Resumed'], 'rollback', 'RollingBack'],
  [['Started', 'ThresholdExceeded', 'RolledBack'], 'rollback', 'RolledBack'],
  [['Started', 'WavePassed', 'Succeeded', 'RollingBack', 'Retried'], 'pause', 'RollingBack'],
  [['Started', 'Superseded'], 'pause', 'Superseded'],
] as const)('after %j, on failure %s, it is %s', (kinds, onFailure, state) => {
  expect(stateAfter(kinds, { onFailure, goesBackTo: true })).toBe(state);
});

test('where there is nothing to go back to it stops and waits', () => {
  expect(stateAfter(['Started', 'ThresholdExceeded'], { onFailure: 'rollback', goesBackTo: false })).toBe('Suspended');
});
