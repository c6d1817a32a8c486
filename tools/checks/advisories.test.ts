import { expect, test } from 'vitest';
import { advisoryProblems } from './advisories.ts';

const today = '2026-06-01';
const id = 'GHSA-aaaa-bbbb-cccc';
const advisory = (given: object = {}): object => ({ source: 1, name: 'a', title: 'It runs what it is sent', url: `https://example.org/advisories/${id}`, severity: 'high', range: '<2.0.0', ...given });
const report = (...via: (object | string)[]): string => JSON.stringify({ auditReportVersion: 2, vulnerabilities: { a: { name: 'a', severity: 'high', via }, b: { name: 'b', severity: 'high', via: ['a'] } }, metadata: {} });
const exception = (until: string, known = id): string => JSON.stringify([{ advisory: known, reason: 'we never call that part', until }]);

test('an advisory of high or critical severity is named once, with what to do', () => {
  for (const severity of ['high', 'critical']) {
    expect(advisoryProblems(report(advisory({ severity }), advisory({ severity })), '[]', today)).toEqual({
      problems: [`a <2.0.0 has an advisory of ${severity} severity: It runs what it is sent (${id}). Take a version without it, or list it in tools/checks/advisories.json with a reason and a last day.`],
    });
  }
});

test('lesser ones, and packages that only use the one concerned, are no problem of their own', () => {
  expect(advisoryProblems(report(advisory({ severity: 'moderate' }), 'c'), '[]', today)).toEqual({ problems: [] });
  expect(advisoryProblems(JSON.stringify({ auditReportVersion: 2, vulnerabilities: {} }), '[]', today)).toEqual({ problems: [] });
});

test('an exception covers its advisory to its last day, and is asked to go when nothing needs it', () => {
  expect(advisoryProblems(report(advisory()), exception(today), today).problems).toEqual([]);
  expect(advisoryProblems(report(advisory()), exception('2026-05-31'), today).problems).toEqual([expect.stringMatching(/Its exception ended on 2026-05-31: we never call that part$/)]);
  expect(advisoryProblems(report(), exception(today), today).problems).toEqual([`tools/checks/advisories.json lists ${id}, which nothing has any more: remove it.`]);
  expect(advisoryProblems(report(advisory({ url: '', source: 77 })), exception(today, '77'), today).problems).toEqual([]);
});

test.each<[string, string, string]>([
  ['a registry without advisories', JSON.stringify({ message: '405 Method Not Allowed - POST https://registry.example/-/npm/v1', statusCode: 405, error: { summary: '', detail: '' } }), 'not available: the registry has no advisories (it answers 405)'],
  ['no network', JSON.stringify({ error: { code: 'ENOTFOUND', summary: 'request to https://registry.example failed', detail: '' } }), 'not available: the registry could not be asked for advisories (ENOTFOUND)'],
  ['no npm', '', 'not available: the registry could not be asked for advisories'],
])('%s is said plainly, names no address, and fails nothing', (_, answer, note) => {
  expect(advisoryProblems(answer, exception('2020-01-01'), today)).toEqual({ problems: [], note });
});

test('exceptions without a reason or a last day are refused', () => {
  for (const text of ['[{"advisory":"x","until":"2026-06-01"}]', '[{"advisory":"x","reason":"we never call that part"}]', '[{"advisory":"x","reason":"we never call that part","until":"soon"}]']) expect(() => advisoryProblems(report(), text, today)).toThrow();
});
