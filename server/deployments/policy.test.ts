import { expect, test } from 'vitest';
import { wholeOf } from '../kernel/reach.ts';
import { rolloutPermissions } from './policy.ts';
import type { RolloutStanding } from './policy.ts';

const somebody = { kind: 'system', id: 's', name: 's', requestId: 'r', ...wholeOf('o') } as const;
const standing: RolloutStanding = { state: 'RollingBack', failed: 0, newest: true, hasPrevious: true, excluded: false };

test('a rollout that goes back can be resumed where nodes failed: they are left behind, for else it would wait for them for ever', () => {
  expect(rolloutPermissions(somebody, standing).resume).toEqual({ allowed: false, reason: 'It goes back, and no node failed.' });
  expect(rolloutPermissions(somebody, { ...standing, failed: 1 }).resume).toEqual({ allowed: true });
  expect(rolloutPermissions(somebody, { ...standing, failed: 1, state: 'Succeeded' }).resume.allowed).toBe(false);
});
