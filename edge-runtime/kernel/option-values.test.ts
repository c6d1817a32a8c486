import { expect, test } from 'vitest';
import { withNodeValues } from './option-values.ts';

const values = { secret: (name: string) => ({ KEY: 's3cret', TRICK: '${label:site}' })[name], label: (name: string) => ({ site: 'north' })[name] };

test('labels and secrets of the node stand where options name them', () => {
  expect(withNodeValues({ topic: 'plants/${label:site}/in', password: '${secret:KEY}', plain: '$label {x}' }, values, 'a source')).toEqual({ topic: 'plants/north/in', password: 's3cret', plain: '$label {x}' });
});

test('what a secret holds is not read again', () => {
  expect(withNodeValues({ password: '${secret:TRICK}' }, values, 'a source')).toEqual({ password: '${label:site}' });
});

test.each([['${secret:GONE}', 'secret.missing', "a source needs the secret 'GONE'"], ['${label:line}', 'label.missing', "a source needs the label 'line'"]])('%s that the node has not is named', (option, code, message) => {
  expect(() => withNodeValues({ option }, values, 'a source')).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
});
