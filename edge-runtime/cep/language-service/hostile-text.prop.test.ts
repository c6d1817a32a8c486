import fc from 'fast-check';
import { it } from 'vitest';
import { RuleDocument } from './document.ts';
import { signatureAt } from './signature.ts';

const pieces = fc.constantFrom('define ', 'stream ', 'S ', '(a int)', ';', 'from S', '[', ']', '(', ')', ' select ', '*', 'a', '.', '#', 'window.', 'length(5)', "'", '"""', '`', '{', '->', ' every ', ' insert into ', 'T', '@info', "(name='x')", '--', '/*', '\n', 'partition with (a of S) begin ', ' end', 'e1=', '<2:', ',', ' join ', ' on ', '§');

it('answers every question about any text', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 25 }), fc.nat(200), (list, place) => {
      const text = list.join('');
      const rule = new RuleDocument(text);
      const offset = Math.min(place, text.length);
      rule.complete(offset);
      rule.hover(offset);
      signatureAt(text.slice(0, offset));
      rule.definition(offset);
      rule.references(offset);
      rule.rename(offset, 'other');
      rule.format();
      rule.tokens();
      rule.state();
      return rule.graph.nodes.length >= 0;
    }),
    { numRuns: 400 },
  );
});
