import { expect, test } from 'vitest';
import { parseStorable } from './parse-storable.ts';

test.each([
  ['{"a":"x\\u0000y"}', { a: 'x\ufffdy' }],
  ['{"a\\u0000":[{"b":"\\uD800"}]}', { 'a\ufffd': [{ b: '\ufffd' }] }],
  ['{"a":"\\ud83d\\ude00"}', { a: '😀' }],
  ['{"a":"\\\\u0000"}', { a: '\\u0000' }],
  ['[1,null,true]', [1, null, true]],
])('%s', (text, expected) => {
  expect(parseStorable(text)).toEqual(expected);
});
