import { describe, expect, test } from 'vitest';
import { formatSelector, matches, parseSelector, selectorLimits } from './selector.ts';

function read(text: string) {
  const parsed = parseSelector(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.selector;
}

describe('selector', () => {
  test.each([
    ['site=plant-3', { site: 'plant-3' }, true],
    ['site=plant-3', { site: 'plant-4' }, false],
    ['site=plant-3', {}, false],
    ['site==plant-3', { site: 'plant-3' }, true],
    ['zone!=x', { zone: 'x' }, false],
    ['zone!=x', { zone: 'y' }, true],
    ['zone!=x', {}, true],
    ['line in (a,b)', { line: 'b' }, true],
    ['line in (a, b)', { line: 'c' }, false],
    ['line not in (a,b)', { line: 'c' }, true],
    ['line not in (a,b)', {}, true],
    ['spare', { spare: 'yes' }, true],
    ['spare', {}, false],
    ['!spare', { spare: 'yes' }, false],
    ['!spare', {}, true],
    ['*', {}, true],
    ['site=plant-3, line in (a,b), !spare, zone!=x, *', { site: 'plant-3', line: 'a' }, true],
    ['site=plant-3, line in (a,b), !spare, zone!=x, *', { site: 'plant-3', line: 'a', zone: 'x' }, false],
    ['in=x', { in: 'x' }, true],
    ['constructor', {}, false],
    ['constructor!=x', {}, true],
  ])('%s on %o is %s', (text, labels, expected) => {
    expect(matches(read(text), labels)).toBe(expected);
  });

  test.each([
    ['', 'expected a label’s key, “!” or “*”', 0, 0],
    ['site=', 'expected a value for “site”', 5, 5],
    ['site=a line=b', 'expected a comma before “line”', 7, 11],
    ['site in a', 'expected “(” and a list of values', 8, 9],
    ['site in (a b)', 'expected “,” or “)”', 11, 12],
    ['site in (', 'expected a value', 9, 9],
    ['site not a', 'expected “in” after “not”', 9, 10],
    ['a=b,,c', 'expected a label’s key, “!” or “*”, not “,”', 4, 5],
    ['a=b; drop', '“;” has no meaning in a selector', 3, 4],
    ['a=“b”', '““” has no meaning in a selector', 2, 3],
    ['-a=b', '“-a” is not a label: 1 to 63 of A-Z a-z 0-9 . _ / -, beginning and ending with a letter or digit', 0, 2],
  ])('%s is refused with its position', (text, message, from, to) => {
    expect(parseSelector(text)).toEqual({ ok: false, error: { message, from, to } });
  });

  test('limits are kept', () => {
    const many = Array.from({ length: selectorLimits.requirementsMax + 1 }, (_, i) => `k${i}`).join(',');
    expect(parseSelector(many)).toMatchObject({ ok: false, error: { message: 'a selector has at most 16 requirements' } });
    const wide = `k in (${Array.from({ length: selectorLimits.valuesMax + 1 }, (_, i) => `v${i}`).join(',')})`;
    expect(parseSelector(wide)).toMatchObject({ ok: false, error: { message: 'a list has at most 64 values' } });
    expect(parseSelector('a'.repeat(selectorLimits.textMax + 1))).toMatchObject({ ok: false });
  });

  test('a formatted selector reads back as the same', () => {
    for (const text of ['site=plant-3', 'line in (a, b)', 'line not in (a, b)', '!spare', 'spare', 'zone!=x', '*', 'a=b, !c, d in (e, f)']) {
      expect(formatSelector(read(text))).toBe(text);
    }
  });
});
