import { describe, expect, it } from 'vitest';
import { analyze } from '../index.ts';

const STREAM = 'define stream S (a int, b string);';

/** The codes of a text's errors. */
function codes(text: string): string[] {
  return [...new Set(analyze(text).diagnostics.map((one) => one.code))];
}

describe('a text beyond a limit is refused, with the limit in its code', () => {
  it.each([
    ['limit.attributes', 1000, (count: number) => `define stream T (${Array.from({ length: count }, (_, index) => `a${index} int`).join(', ')});`],
    ['limit.steps', 200, (count: number) => `${STREAM} from ${Array.from({ length: count }, (_, index) => `e${index}=S`).join(' -> ')} select e0.a as a insert into O;`],
    ['limit.expression', 400, (count: number) => `${STREAM} from S[a${' + a'.repeat(count)} > 1] select a insert into O;`],
    ['limit.depth', 100, (count: number) => `${STREAM} from S[${'('.repeat(count)}a > 1${')'.repeat(count)}] select a insert into O;`],
    ['limit.window', 10_000_000, (count: number) => `${STREAM} from S#window.length(${count}) select a insert into O;`],
  ])('%s: %d', (code, most, make) => {
    expect(codes(make(most))).toEqual([]);
    expect(codes(make(most * 2 + 1))).toContain(code);
  });

  it('limit.statements', () => {
    expect(codes('define stream S (a int);'.repeat(50_001))).toContain('limit.statements');
  });
});
