import { expect, it } from 'vitest';
import { wordsOf } from './change-words.ts';

const object = { kind: 'signingKey', id: '01a22248-8766-76c9', name: '01a22248-8766-76c9' };

it('says what was done to what', () => {
  expect(wordsOf({ action: 'rule.publish', object: { kind: 'rule', id: 'r', name: 'valve-watch' } })).toEqual({ verb: 'published the rule', name: 'valve-watch' });
});

it('names by kind and the start of its identity what has no name', () => {
  expect(wordsOf({ action: 'signingKey.retire', object })).toEqual({ verb: 'retired the', name: 'signing key 01a22248' });
});

it('tells an action without words by its own', () => {
  expect(wordsOf({ action: 'organization.setNodeKeyDays', object: { ...object, name: 'Main' } }).verb).toBe('organization set node key days:');
});
