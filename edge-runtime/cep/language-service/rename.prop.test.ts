import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RuleDocument } from './document.ts';
import { applyEdits } from './rename.ts';

const apps = ['tables', 'sequences', 'windows', 'patterns', 'joins', 'chained-queries'].flatMap((name) =>
  readFileSync(new URL(`../fixtures/siddhi-${name}.jsonl`, import.meta.url), 'utf8').trim().split('\n').map((line): string => {
    const recorded = JSON.parse(line) as { case: { app: string } };
    return recorded.case.app;
  }),
);

it('gives another name to all that has it, and changes nothing else', () => {
  fc.assert(
    fc.property(fc.constantFrom(...apps), fc.nat(), (text, place) => {
      const rule = new RuleDocument(text);
      const names = rule.tokens().filter((one) => ['stream', 'table', 'event', 'attribute'].includes(one.kind));
      const at = names[place % names.length];
      if (at === undefined) return;
      const result = rule.rename(at.from, 'anotherName');
      if ('refused' in result) throw new Error(`${text.slice(at.from, at.to)} at ${at.from}: ${result.refused}\n${text}`);
      const after = new RuleDocument(applyEdits(text, result.edits));
      const [first] = result.edits;
      const found = first === undefined ? -1 : after.text.indexOf('anotherName', first.from);
      expect(after.references(found).length).toBe(rule.references(at.from).length);
      const shape = (one: RuleDocument): unknown => [one.analysis.queries.map(({ name, kind, inputs }) => [name, kind, inputs.length]), one.analysis.streams.map(({ attributes }) => attributes.map(({ type }) => type)), one.graph.edges.length];
      expect(shape(after)).toEqual(shape(rule));
    }),
    { numRuns: 250 },
  );
});
