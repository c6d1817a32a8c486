import { expect, test } from 'vitest';
import { licenceProblems } from './licences.ts';

const lock = (license: string | undefined, name = 'node_modules/a'): string => JSON.stringify({ packages: { '': {}, [name]: license === undefined ? {} : { license } } });

test.each(['MIT', '(MIT OR GPL-3.0-only)', 'MIT AND ISC', 'MIT and ISC', 'SIL OPEN FONT LICENSE', 'Apache-2.0 AND LGPL-3.0-or-later AND MIT'])('%s may be passed on', (license) => {
  expect(licenceProblems(lock(license))).toEqual([]);
});

test.each(['GPL-3.0-only', 'AGPL-3.0-or-later', 'MIT AND GPL-3.0-only', 'SEE LICENSE IN LICENSE', 'UNLICENSED'])('%s may not', (license) => {
  expect(licenceProblems(lock(license))).toEqual([`package-lock.json: node_modules/a has the licence ${license}, which is not among those that we pass on.`]);
});

test('one that says nothing is named, unless it is known where it says it; our own packages are not asked', () => {
  expect(licenceProblems(lock(undefined))).toEqual(['package-lock.json: node_modules/a does not say its licence.']);
  expect(licenceProblems(lock(undefined, 'node_modules/seq-queue'))).toEqual([]);
  expect(licenceProblems(lock(undefined, 'edge-runtime'))).toEqual([]);
});
