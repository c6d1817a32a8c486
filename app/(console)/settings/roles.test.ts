import { expect, test } from 'vitest';
import { rightsInWords, roleLabel, roleMeaning } from './roles.ts';

test('what a role may, in words', () => {
  expect(rightsInWords(['nodes:read', 'nodes:write', 'rules:read', 'models:read', 'alerts:read'])).toBe('changes nodes; reads rules, models and alerts');
  expect(rightsInWords(['nodes:write'])).toBe('changes nodes');
  expect(rightsInWords(['audit:read'])).toBe('reads audit');
  expect([roleLabel('viewer'), roleLabel('Night shift'), roleMeaning('Night shift')]).toEqual(['Viewer', 'Night shift', undefined]);
});
