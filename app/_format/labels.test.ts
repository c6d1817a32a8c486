import { expect, it } from 'vitest';
import { parseLabels, writeLabels } from './labels.ts';

it('reads what it writes', () => {
  const labels = { site: 'plant-3', line: '2' };
  expect(parseLabels(writeLabels(labels))).toEqual({ ok: true, labels });
});

it('reads commas and blanks', () => expect(parseLabels(' a=b , c=d\n\n')).toEqual({ ok: true, labels: { a: 'b', c: 'd' } }));

it('says what is wrong', () => {
  expect(parseLabels('site')).toMatchObject({ ok: false, message: expect.stringContaining('key=value') });
  expect(parseLabels('site=plant 3')).toMatchObject({ ok: false });
  expect(parseLabels('a=1\na=2')).toMatchObject({ ok: false, message: expect.stringContaining('twice') });
});
