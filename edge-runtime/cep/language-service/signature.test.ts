import { expect, it } from 'vitest';
import { CALL_DOCUMENTATION } from './documentation.ts';
import { signatureAt } from './signature.ts';

const RULE = 'define stream S (k string, v int);\n';

/** The form with the argument at hand between brackets of its own. */
function shown(before: string): string | undefined {
  const signature = signatureAt(before);
  if (signature === undefined) return undefined;
  const { form, parameter } = signature;
  return parameter === undefined ? form : `${form.slice(0, parameter.from)}«${form.slice(parameter.from, parameter.to)}»${form.slice(parameter.to)}`;
}

it.each([
  ['from S select str:locate(', 'str:locate(«part», text[, from])'],
  ["from S select str:locate('a', ", 'str:locate(part, «text»[, from])'],
  ["from S select str:locate('a, b', k, ", 'str:locate(part, text[, «from»])'],
  ["from S select str:locate('a', k, 1, ", 'str:locate(part, text[, from])'],
  ['from S select ifThenElse((v > 1 and (v < 9', 'ifThenElse(«condition», then, otherwise)'],
  ['from S select ifThenElse(v > 1, str:upper(k', 'str:upper(«text»)'],
  ['from S select ifThenElse(v > 1, str:upper(k), ', 'ifThenElse(condition, then, «otherwise»)'],
  ['from S[coalesce(v, ', 'coalesce(value, «…»)'],
  ['from S#window.timeBatch(1 min, ', 'timeBatch(duration[, «start»][, streamCurrentEvents])'],
  ['from S#lengthBatch(', 'lengthBatch(«count»[, streamCurrentEvents])'],
  ['from S#unique:deduplicate(k, ', 'unique:deduplicate(key, «duration»)'],
  ["from S#str:tokenize(k, ", "str:tokenize(text, «'regular expression'»[, distinct])"],
  ['define window W (k string) sort(2, ', "sort(count, «attribute»[, 'asc' | 'desc'], …)"],
  ['from S#window.length(5) select and(', 'and(«condition»)'],
  ['from S#timeseries:outlier(', 'timeseries:outlier([interval, batch, confidence,] range, y, x)'],
])('%s', (text, expected) => expect(shown(RULE + text)).toBe(expected));

it.each(['', 'from S', 'define stream T (', 'from S[v > 1 and (', 'from S[(v', 'from S select nowhere(', 'partition with (', 'from S select str:upper(k)', 'from every e1=S -> e2=S select e1[', "@info(name='a, b("])('has nothing to say of %j', (text) => expect(signatureAt(RULE + text)).toBeUndefined());

it('says what the call does, where its name stands and what one gives', () => {
  const text = `${RULE}from S select str:upper(`;
  const { from, to, means } = signatureAt(text) ?? { from: 0, to: 0, means: '' };
  expect(text.slice(from, to)).toBe('str:upper');
  expect(means).toBe("In capital letters. str:upper('Pump') is 'PUMP'.");
});

it('knows every call that is documented', () => {
  for (const { name, role, form } of CALL_DOCUMENTATION) {
    const before = role === 'window' || role === 'stream-function' ? `from S#${name}(` : `from S select ${name}(`;
    expect(signatureAt(RULE + before)?.form, name).toBe(form);
  }
});
