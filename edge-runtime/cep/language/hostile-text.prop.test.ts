import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine } from '../index.ts';

const words = fc.constantFrom('define', 'stream', 'S', '(', ')', 'a', 'int', 'string', ',', ';', 'from', 'select', 'insert', 'into', 'O', '[', ']', '#window.length(5)', 'every', '->', 'e1=S', 'not', 'for', '5 sec', 'within', "'x'", '1.5f', '9L', '@info(name=', '"q"', 'group by', 'sum(a)', '*', '<2:', '>', 'as', 'partition with', 'begin', 'end', '${x}', '{', '}', '`', '"""', '/*', '--', '\u0000', '💥');

describe('any text', () => {
  it('is analysed without throwing, and every place lies in the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.array(words, { maxLength: 60 }).map((list) => list.join(' '))), (text) => {
        const astray = analyze(text).diagnostics.filter(({ from, to, line, column }) => !(from >= 0 && from <= to && to <= text.length && line > 0 && column > 0));
        expect(astray).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('never runs anything of its own: names and strings are only ever data', () => {
    const hostile = fc.oneof(
      fc.constantFrom("'];globalThis.hit=1;//", '${globalThis.hit=1}', 'constructor', '__proto__', '\\u0027', '*/globalThis.hit=1/*', 'k0', 'r', '</script>', '\u2028globalThis.hit=1'),
      fc.string(),
    );
    fc.assert(
      fc.property(hostile, hostile, (name, value) => {
        Reflect.deleteProperty(globalThis, 'hit');
        const attribute = name.replaceAll('`', '') || 'a';
        const text = `@app:name('${value.replaceAll(/['"\n\r]/g, '')}') define stream S (\`${attribute}\` string); @info(name='q') from S[\`${attribute}\` == """${value.replaceAll(/["\\\r\n]/g, '')}"""] select \`${attribute}\` as \`x${attribute}\`, """${value.replaceAll(/["\\\r\n]/g, '')}""" as \`y${attribute}\` insert into O;`;
        const analysis = analyze(text);
        if (analysis.ok) {
          const engine = new Engine(compile(text));
          const rows: unknown[] = [];
          engine.onStream('O', (batch) => rows.push(...batch.rows));
          const wanted = value.replaceAll(/["\\\r\n]/g, '');
          engine.send('S', 1, [wanted]);
          expect(rows).toEqual([[wanted, wanted]]);
        }
        expect(Reflect.get(globalThis, 'hit')).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('keeps strings, names and numbers of the author out of the generated code', () => {
    const made: string[] = [];
    const original = globalThis.Function;
    const spy = new Proxy(original, {
      construct: (target, values: string[]) => {
        made.push(values.join('\n'));
        return Reflect.construct(target, values);
      },
    });
    globalThis.Function = spy;
    try {
      new Engine(compile("define stream Marker77 (marker78 string, n int); from Marker77[marker78 == 'marker79' and n > 918273] select marker78 as marker80, sum(n) as s group by marker78 insert into Marker81;"));
    } finally {
      globalThis.Function = original;
    }
    expect(made.length).toBeGreaterThan(0);
    expect(made.join('\n')).not.toMatch(/arker|918273/);
  });
});
