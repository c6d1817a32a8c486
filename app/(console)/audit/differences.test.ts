import { expect, it } from 'vitest';
import { differences } from './differences.ts';

it('shows what was added, removed, changed and left alone', () => {
  expect(differences({ role: 'viewer', email: 'a@b', old: 1 }, { role: 'author', email: 'a@b', fresh: ['x', 'y'] })).toEqual([
    { part: 'role', before: 'viewer', after: 'author', change: 'changed' },
    { part: 'email', before: 'a@b', after: 'a@b' },
    { part: 'old', before: '1', after: null, change: 'removed' },
    { part: 'fresh', before: null, after: 'x, y', change: 'added' },
  ]);
});

it('has nothing to show where nothing was recorded', () => {
  expect(differences(null, null)).toEqual([]);
});

it('takes values that are no objects whole', () => {
  expect(differences(['a'], ['a', 'b'])).toEqual([{ part: 'value', before: 'a', after: 'a, b', change: 'changed' }]);
});
