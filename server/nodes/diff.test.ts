import { expect, test } from 'vitest';
import { diffOf } from './diff.ts';

test('a diff names what changes before what stays', () => {
  const reported = { bundle: 'a', rules: [{ name: 'silence', version: 3 }, { name: 'valve-watch', version: 7 }, { name: 'old', version: 1 }], models: [], settings: 's1' };
  const desired = { bundle: 'b', rules: [{ name: 'silence', version: 3 }, { name: 'valve-watch', version: 8 }], models: [{ name: 'pump-anomaly', version: 4 }], settings: 's1' };
  expect(diffOf(reported, desired)).toEqual([
    { kind: 'rule', part: 'old', reported: '1', desired: null, change: 'removed' },
    { kind: 'rule', part: 'valve-watch', reported: '7', desired: '8', change: 'changed' },
    { kind: 'model', part: 'pump-anomaly', reported: null, desired: '4', change: 'added' },
    { kind: 'rule', part: 'silence', reported: '3', desired: '3', change: 'same' },
    { kind: 'settings', part: 'settings', reported: 's1', desired: 's1', change: 'same' },
  ]);
});

test('a node that runs nothing and should run nothing has no diff', () => {
  expect(diffOf(null, null)).toEqual([]);
});
