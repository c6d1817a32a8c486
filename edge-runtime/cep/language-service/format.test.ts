import { describe, expect, it } from 'vitest';
import { RuleDocument } from './document.ts';

const form = (text: string): string => new RuleDocument(text).format();

describe('formatting', () => {
  it('puts a clause on a line and evens out blanks', () => {
    expect(form("define  stream S(a int,b string );from S [ a>1 and b=='x' ]#window.length( 5 ) select  a , sum(a)  as total group by b having total>3L  insert into T ;")).toBe(
      "define stream S (a int, b string);\nfrom S[a > 1 and b == 'x']#window.length(5)\nselect a, sum(a) as total\ngroup by b\nhaving total > 3L\ninsert into T;\n",
    );
  });

  it('keeps one blank line and every comment where it is', () => {
    const text = '-- what comes in\n\n\ndefine stream S (a int); -- one\n/* two */\n\n\n-- three\nfrom S -- four\nselect a\n  -- five\ninsert into T;\n';
    expect(form(text)).toBe('-- what comes in\n\ndefine stream S (a int); -- one\n/* two */\n\n-- three\nfrom S -- four\nselect a\n  -- five\ninsert into T;\n');
  });

  it('puts annotations on lines before what they belong to', () => {
    expect(form("@app:name('x') @source(type = 'kafka',topic='t', @map( type='json')) define stream S (a int);\n@info( name='q' ) from S insert into T;")).toBe(
      "@app:name('x')\n@source(type='kafka', topic='t', @map(type='json'))\ndefine stream S (a int);\n@info(name = 'q')\nfrom S\ninsert into T;\n",
    );
  });

  it('writes patterns, counts and signs as they are read', () => {
    expect(form('define stream S (a int);from every e1=S[a > -1]<2 : 5> -> not S[a==e1[0].a] for 1 sec and e3=S within 5 sec select e1[last-1].a as a insert into T;')).toBe(
      'define stream S (a int);\nfrom every e1 = S[a > -1]<2:5> -> not S[a == e1[0].a] for 1 sec and e3 = S within 5 sec\nselect e1[last - 1].a as a\ninsert into T;\n',
    );
  });

  it('indents what is in a partition', () => {
    expect(form('define stream S (a int);partition with (a of S) begin from S select a insert into #I; from #I insert into T; end;')).toBe(
      'define stream S (a int);\npartition with (a of S) begin\n  from S\n  select a\n  insert into #I;\n  from #I\n  insert into T;\nend;\n',
    );
  });

  it('breaks long lists at commas', () => {
    const attributes = Array.from({ length: 20 }, (_, index) => `attribute${index} double`).join(', ');
    const lines = form(`define stream S (${attributes});`).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(Math.max(...lines.map((one) => one.length))).toBeLessThanOrEqual(120);
  });

  it.each(["define stream S (a int); from S[b == 'open", 'define stream S (a int) § ;', ''])('leaves %j as it is', (text) => expect(form(text)).toBe(text));
});
