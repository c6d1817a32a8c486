import { expect, it } from 'vitest';
import { actionKinds, verbOf, wordsOf } from './change-words.ts';

// That every action has words is held by the type of their table.

const id = '01a22248-8766-76c9-a3f1-0b8d5c1e9f20';
const object = { kind: 'signingKey', id, name: id };

it('says what was done to what', () => {
  expect(wordsOf({ action: 'rule.publish', object: { kind: 'rule', id: 'r', name: 'valve-watch' } })).toEqual({ verb: 'published the rule', name: 'valve-watch' });
});

it('names by kind and as much of its identity as tells it apart what has no name', () => {
  expect(wordsOf({ action: 'signingKey.retire', object })).toEqual({ verb: 'retired the', name: 'signing key …5c1e9f20' });
});

it.each([
  { action: 'nodes.setLabels', object: { kind: 'nodes', id, name: id }, verb: 'tried to set the labels of a node:', name: '…5c1e9f20' },
  { action: 'rules.publish', object: { kind: 'rules', id: 'valve-watch', name: 'valve-watch' }, verb: 'tried to publish a rule:', name: 'valve-watch' },
  { action: 'audit.list', object: { kind: 'audit', id: '', name: '' }, verb: 'tried to read the audit', name: '' },
  { action: 'session.start', object: { kind: 'session', id, name: 'mira@example.org' }, verb: 'tried to sign in:', name: 'mira@example.org' },
])('says of what was refused that it was tried: $action', ({ action, object, verb, name }) => {
  expect(wordsOf({ action, object, outcome: 'refused' })).toEqual({ verb, name });
});

it('tells an action of a later version by its own name', () => {
  expect(verbOf('organization.mergeWith')).toBe('organization merge with:');
  expect(verbOf('toString')).toBe('to string:');
});

it('has every noun to filter by, by its words', () => {
  expect(actionKinds.find(({ value }) => value === 'apiToken')).toEqual({ value: 'apiToken', label: 'API tokens' });
  expect(actionKinds.map(({ label }) => label)).toEqual(actionKinds.map(({ label }) => label).toSorted((a, b) => a.localeCompare(b, 'en')));
});
