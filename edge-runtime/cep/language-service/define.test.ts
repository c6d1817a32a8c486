import { expect, it } from 'vitest';
import { RuleDocument } from './document.ts';

const after = (text: string): string => new RuleDocument(text).withDefinition('Readings', [{ name: 'flow', type: 'double' }, { name: 'Volume Flow', type: 'double' }, { name: 'define', type: 'string' }]);
const definition = 'define stream Readings (flow double, `Volume Flow` double, `define` string);';

it('defines a stream that queries read and nobody defined', () => {
  const text = after('from Readings[flow < 3.0]\nselect flow\ninsert into Low;\n');
  expect(text).toBe(`${definition}\n\nfrom Readings[flow < 3.0]\nselect flow\ninsert into Low;\n`);
  expect(new RuleDocument(text).analysis.ok).toBe(true);
});

it('puts a first definition behind what is said of the whole app', () => {
  expect(after("@app:name('watch')\n-- what comes in\n")).toBe(`@app:name('watch')\n${definition}\n\n-- what comes in\n`);
  expect(after("@app:name('watch')")).toBe(`@app:name('watch')\n${definition}\n\n`);
  expect(after('')).toBe(`${definition}\n\n`);
});

it('gives a stream other attributes, and leaves what stands around them', () => {
  expect(after("@source(type='kafka', @map(type='json'))\ndefine stream Readings (a int, -- one\n  b int);\nfrom Readings select a insert into T;\n")).toBe(`@source(type='kafka', @map(type='json'))\n${definition}\nfrom Readings select a insert into T;\n`);
});
