import { expect, it } from 'vitest';
import { CALL_DOCUMENTATION } from './documentation.ts';
import { callNames } from './known-calls.ts';
import { renderReference, undocumented } from './reference.ts';

it('says something of everything that the language itself can call', () => expect(undocumented()).toEqual([]));

it('names each once, with a form that begins with its name', () => {
  const names = CALL_DOCUMENTATION.map((one) => `${one.role} ${one.name}`);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, form, means } of CALL_DOCUMENTATION) {
    expect(form.startsWith(`${name}(`), form).toBe(true);
    expect(means, name).toMatch(/^(?:[\p{Lu}-]|yyyy).*\.$/u);
  }
});

it('writes a row for each', () => {
  const rows = renderReference().split('\n').filter((line) => line.startsWith('| `'));
  expect(rows).toHaveLength(callNames('window').length + callNames('function').length + callNames('stream-function').length);
});
