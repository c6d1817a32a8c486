import { expect, it } from 'vitest';
import { ownPath } from './own-path.ts';

it.each([
  ['/nodes?health=Offline', '/nodes?health=Offline'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
  [undefined, '/'],
])('after signing in, %s leads to %s', (next, path) => {
  expect(ownPath(next)).toBe(path);
});
