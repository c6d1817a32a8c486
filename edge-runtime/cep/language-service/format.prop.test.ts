import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Diagnostics } from '../language/diagnostics.ts';
import { parseApp } from '../language/parser.ts';
import { RuleDocument } from './document.ts';

/** Texts of every part of the language: the cases whose answers were recorded from Siddhi. */
const apps = ['tables', 'sequences', 'more-windows', 'windows', 'patterns', 'expressions', 'joins', 'chained-queries'].flatMap((name) =>
  readFileSync(new URL(`../fixtures/siddhi-${name}.jsonl`, import.meta.url), 'utf8').trim().split('\n').map((line): string => {
    const recorded = JSON.parse(line) as { case: { app: string } };
    return recorded.case.app;
  }),
);

/** The tree of a text without the places of its parts. */
function tree(text: string): unknown {
  const app = parseApp(text, new Diagnostics(text));
  return JSON.parse(JSON.stringify(app, (key, value: unknown) => (key === 'from' || key === 'to' || (key === 'at' && typeof value === 'object' && value !== null && 'from' in value) ? undefined : typeof value === 'bigint' ? `${value}n` : value)));
}

const blank = fc.constantFrom(' ', '  ', '\n', '\n\n\n', '\t', ' -- why\n', ' /* what */ ', '\n-- whole line\n');

/** An app whose blanks were exchanged for others and for comments. */
const shaken = fc.constantFrom(...apps).chain((app) => fc.array(blank, { minLength: 40, maxLength: 40 }).map((blanks) => {
  let index = 0;
  return app.replaceAll(/('[^']*'|"[^"]*")|\s+/g, (whole, quoted: string | undefined) => (quoted === undefined ? (blanks[index++ % blanks.length] ?? ' ') : whole));
}));

it('changes nothing that a text means, and no comment', () => {
  fc.assert(
    fc.property(shaken, (text) => {
      const formatted = new RuleDocument(text).format();
      expect(tree(formatted)).toEqual(tree(text));
      const comments = (of: string): string[] => of.match(/--[^\n]*|\/\*.*?\*\//g)?.map((one) => one.trim()) ?? [];
      expect(comments(formatted)).toEqual(comments(text));
    }),
    { numRuns: 150 },
  );
});

it('has nothing left to do the second time', () => {
  fc.assert(
    fc.property(shaken, (text) => {
      const once = new RuleDocument(text).format();
      expect(new RuleDocument(once).format()).toBe(once);
    }),
    { numRuns: 150 },
  );
});
