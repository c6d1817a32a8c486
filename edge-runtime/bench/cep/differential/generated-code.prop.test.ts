import { describe, expect, it } from 'vitest';
import { compile, Engine } from '../../../cep/index.ts';
import { FAMILIES, makeCase } from './families.ts';

/** Words of the language that generated code is written in, and names of what it is given. */
const WORDS = new Set('use strict const let return function if else null true false undefined new Map Set Math fround imul String length at map clock now uuid push arrive leave arriveSilently leaveSilently group key empty reset add remove join joinPlace joinSlot placeIn many each one for of row all withKey withIndex continue Array slice times rows from to'.split(' '));
/** Variables that the emitters number, and the short ones that they are handed. */
const VARIABLE = /^(?:[akosx]\d+|[a-z])$/;

/** Names that would do harm where a name was taken for code, or that hide among ours. */
const HOSTILE = ['constructor', '__proto__', 'globalThis', 'k0', 'return', "x'];process.exit(1);//", '${process}', '\\u0061', '*/alert(1)/*', 'a b', '💥', '</script>', '\u2028'];

/** The texts handed to `Function` while an app is made. */
function codeOf(text: string): string[] {
  const made: string[] = [];
  const original = globalThis.Function;
  globalThis.Function = new Proxy(original, {
    construct: (target, values: string[]) => {
      made.push(values.at(-1) ?? '');
      return Reflect.construct(target, values);
    },
  });
  try {
    new Engine(compile(text), { uuid: () => '' });
  } catch {
    // A text that is refused has made no code, which is all that is asked here.
  } finally {
    globalThis.Function = original;
  }
  return made;
}

/** What stands in generated code and may not: a text, a fraction, or a word that is not ours. */
function strangersIn(code: string): string[] {
  const plain = code.replaceAll("'use strict'", '').replaceAll(/'(?:\\u0001)?'/g, '');
  const words = plain.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];
  const strange = words.filter((word) => !WORDS.has(word) && !VARIABLE.test(word));
  return [...strange, ...(plain.match(/['"`\\]|\d\.\d|\/[/*]/g) ?? [])];
}

describe('generated code', () => {
  it('of any family is made of our own words and whole numbers', () => {
    let seen = 0;
    for (const family of Object.keys(FAMILIES)) {
      for (let seed = 0; seed < 40; seed++) {
        const { app } = makeCase(family, { seed: seed * 7919 }, 'code').case;
        for (const code of codeOf(app)) {
          seen++;
          expect(strangersIn(code), `${app}\n${code}`).toEqual([]);
        }
      }
    }
    expect(seen).toBeGreaterThan(100);
  });

  it('would be found out', () => {
    expect(strangersIn("'use strict';return function(t,p){const r=p;return r[0]==='author';}")).not.toEqual([]);
    expect(strangersIn("'use strict';return function(t,p){return price>1.5;}")).toEqual(['price', '1.5']);
  });

  it.each(HOSTILE)('holds nothing of a stream, attribute, alias, event or text named %j', (name) => {
    const quoted = `\`${name.replaceAll('`', '')}\``;
    const text = `"""${name.replaceAll('"', '')}"""`;
    const plainText = name.replaceAll(/['"\\\n\r]/g, '');
    const apps = [
      `@app:name('${plainText}') define stream ${quoted} (${quoted} string, v int); @info(name='${plainText}') from ${quoted}[${quoted} == ${text} and v > 918273645] select ${quoted}, ${text} as \`b${name.replaceAll('`', '')}\` insert into Out;`,
      `define stream S (${quoted} string, v double); from S#window.length(3) select ${quoted}, sum(v * 0.918273645) as total group by ${quoted} having total > 918273645.5 insert into ${quoted};`,
      `define stream S (${quoted} string, v int); from every ${quoted}=S[v > 918273645] -> e2=S[${quoted} == ${text}] select ${quoted}.${quoted} as x insert into Out;`,
      `define stream S (${quoted} string); @primaryKey('${plainText}') define table ${quoted} (${quoted} string, v int); from S as a join ${quoted} as b on a.${quoted} == b.${quoted} select b.v as v insert into Out;`,
    ];
    for (const app of apps) {
      for (const code of codeOf(app)) {
        expect(strangersIn(code), `${app}\n${code}`).toEqual([]);
        expect(code).not.toContain('918273645');
      }
    }
  });
});
