import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { it } from 'vitest';
import { RuleDocument } from './document.ts';

const apps = ['tables', 'sequences', 'windows', 'patterns', 'joins', 'chained-queries', 'expressions'].flatMap((name) =>
  readFileSync(new URL(`../fixtures/siddhi-${name}.jsonl`, import.meta.url), 'utf8').trim().split('\n').map((line): string => {
    const recorded = JSON.parse(line) as { case: { app: string } };
    return recorded.case.app;
  }),
);

/** The attribute at `at`, taken out with everything behind it in its statement: as if it were about to be written. */
function offeredFor(text: string, at: { from: number; to: number }, cut: boolean): string[] {
  const end = text.indexOf(';', at.to);
  const begun = cut ? text.slice(0, at.from) + text.slice(end) : text;
  return new RuleDocument(begun).complete(cut ? at.from : at.to)?.items.map((one) => one.label) ?? [];
}

it('offers what an author wrote, with the rest of the statement there or not yet', () => {
  fc.assert(
    fc.property(fc.constantFrom(...apps), fc.nat(), fc.boolean(), (text, place, cut) => {
      const rule = new RuleDocument(text);
      const used = rule.tokens().filter((one) => one.kind === 'attribute' && !one.defines && text.lastIndexOf('define', one.from) <= text.lastIndexOf(';', one.from));
      const at = used[place % used.length];
      if (at === undefined) return;
      const name = text.slice(at.from, at.to);
      const offered = offeredFor(text, at, cut);
      if (!offered.some((one) => one === name || one.endsWith(`.${name}`))) throw new Error(`${name} at ${at.from} is not among ${offered.slice(0, 12).join(', ')} of\n${cut ? text.slice(0, at.from) : text}`);
    }),
    { numRuns: 200 },
  );
});
