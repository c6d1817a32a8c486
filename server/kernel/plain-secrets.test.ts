import { expect, test } from 'vitest';
import { findSecret } from './plain-secrets.ts';

test.each([
  ["@source(type='kafka', sasl.password = 'hunter22')", 'sasl.password is a secret', "sasl.password = 'hunter22'"],
  ["@sink(apiKey='k', x='y')", 'apiKey is a secret', "apiKey='k'"],
  [`${'x'.repeat(100)}token="t"`, `${'x'.repeat(64)}token is a secret`, `${'x'.repeat(64)}token="t"`],
  ['a link of https://me:hunter22@far.test/x', 'here stands a password in an address', 'https://me:hunter22@'],
])('%j has one, whose place and name are said', (text, words, place) => {
  const found = findSecret(text);
  expect(found?.message).toContain(words);
  expect(text.slice(found?.from, found?.to)).toBe(place);
});

test("a reference is none, nor an attribute that is compared: password == 'x'", () => {
  expect(findSecret("password='${secret:KAFKA}'")).toBeNull();
  expect(findSecret("from S[password == 'x'] select v insert into O;")).toBeNull();
});

/** A text of the largest rule took a minute in which the control plane did nothing else: patterns that begin with any letters try them all again from each. */
test.each(['x', 'x.', 'a-', 'a://b', 'password ', "password='${secret:", '-----BEGIN '])('a quarter of a megabyte of %j is looked through at once', { timeout: 5000 }, (part) => {
  expect(findSecret(part.repeat(Math.ceil(262_144 / part.length)))).toBeNull();
});
