import { expect, test } from 'vitest';
import { artefactUrlFor } from './artefact-url.ts';

test.each([
  ['https://plane.example', 'inside:3000', 'https://plane.example/artefacts'],
  ['http://localhost:3000', 'plane.lan:3000', 'http://plane.lan:3000/artefacts'],
  ['http://localhost:3000', 'plane.lan', 'http://plane.lan/artefacts'],
  ['http://localhost:0', '127.0.0.1:41234', 'http://127.0.0.1:41234/artefacts'],
  ['http://localhost:3000', '[fe80::1]:3000', 'http://[fe80::1]:3000/artefacts'],
  ['http://localhost:3000', 'evil/path?x', 'http://localhost:3000/artefacts'],
  ['http://localhost:3000', undefined, 'http://localhost:3000/artefacts'],
])('public %s, reached as %s', (publicUrl, host, expected) => {
  expect(artefactUrlFor(publicUrl, host)).toBe(expected);
});
