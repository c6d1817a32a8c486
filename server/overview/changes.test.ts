import { expect, test } from 'vitest';
import { foldChanges } from './changes.ts';

const change = (at: number, action: string, id: string, actor = 'enrolment') => ({ at, actor, action, state: null, object: { kind: action.startsWith('enrollment') ? 'node' : (action.split('.')[0] ?? ''), id, name: id } });

test('what one actor did to many in a row is one, and does not push out what was done before', () => {
  const joins = Array.from({ length: 40 }, (_, index) => change(100 - index, 'enrollment.admit', `node-${index}`));
  expect(foldChanges([change(200, 'fleet.create', 'press', 'Ada'), ...joins, change(10, 'rule.publish', 'watch', 'Ada'), change(9, 'rule.publish', 'watch', 'Ada')])).toMatchObject([
    { action: 'fleet.create', more: 0 },
    { action: 'enrollment.admit', object: { id: 'node-0' }, at: 100, more: 39 },
    { action: 'rule.publish', at: 10, more: 0 },
    { action: 'rule.publish', at: 9, more: 0 },
  ]);
});

test('a dozen are shown', () => {
  expect(foldChanges(Array.from({ length: 30 }, (_, index) => change(index, index % 2 === 0 ? 'a.b' : 'c.d', String(index))))).toHaveLength(12);
});
