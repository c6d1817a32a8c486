import { beforeAll, describe, expect, it } from 'vitest';
import { analyze, compile, Engine, type ScriptLanguage } from '../index.ts';
import { javaScript } from '../script/quickjs.ts';
import { errorsOf, rowsOf, sendAll } from '../testing/run-app.ts';

const STREAM = 'define stream S (k string, i int, l long, d double, b bool);';
const app = (type: string, body: string, call = 'f(k, i, l, d, b)'): string => `define function f[javascript] return ${type} { ${body} }; ${STREAM} from S select ${call} as z insert into Out;`;
const EVENT = ['S', 1, 'a', 7, 9_007_199_254_740_993n, 1.5, true] as const;

describe('define function … [javascript]', () => {
  let javascript: ScriptLanguage;
  beforeAll(async () => {
    javascript = await javaScript();
  });
  const result = (type: string, body: string, call?: string): unknown => rowsOf(app(type, body, call), 'Out', [EVENT], { javascript })[0]?.[0];

  it('takes its arguments as the list `data` and gives a value of its type', () => {
    expect(result('string', 'return data[0] + data[1];')).toBe('a7');
    expect(result('int', 'return data[1] / 2;')).toBe(3);
    expect(result('long', 'return data[2] + 1n;')).toBe(9_007_199_254_740_994n);
    expect(result('float', 'return data[3] * 0.1;')).toBe(Math.fround(1.5 * 0.1));
    expect(result('double', 'const twice = (x) => x * 2; return twice(data[3]);')).toBe(3);
    expect(result('bool', 'return !data[4];')).toBe(false);
    expect(result('object', 'return { list: [data[1]], missing: null };')).toEqual({ list: [7], missing: null });
    expect(result('string', 'return null;')).toBe(null);
    expect(result('int', 'return data.length;', 'f()')).toBe(0);
    expect(rowsOf(app('bool', 'return data[0] === null;', 'f(k)'), 'Out', [['S', 1, null, 1, 1, 1, true]], { javascript })).toEqual([[true]]);
  });

  it('stands wherever a function does', () => {
    const text = `define function isHot[javascript] return bool { return data[0] > 50; }; ${STREAM} from S[isHot(d * 40.0)] select k insert into Out;`;
    expect(rowsOf(text, 'Out', [EVENT, ['S', 2, 'b', 1, 1, 1, true]], { javascript })).toEqual([['a']]);
  });

  it.each(['typeof process', 'typeof require', 'typeof fetch', 'typeof Date', 'typeof Math.random', 'typeof performance', 'typeof setTimeout', 'typeof WebAssembly', 'typeof console'])('reaches no %s', (what) => {
    expect(result('string', `return ${what};`)).toBe('undefined');
  });

  it('keeps nothing from one call to the next', () => {
    for (const body of ['globalThis.n = 1;', 'Array.prototype.n = 1;', 'Object.n = 1;', 'n = 1;']) {
      const engine = new Engine(compile(app('int', `${body} return 1;`), { javascript }));
      const faults: string[] = [];
      engine.onFault((batch) => faults.push(batch.reason));
      sendAll(engine, [EVENT]);
      expect(faults, body).toHaveLength(1);
    }
  });

  it.each([
    ['for (;;) {}', "The function 'f' ran for too long."],
    ["let s = []; for (;;) s.push('x'.repeat(1000));", /^The function 'f' (ran for too long\.|failed: out of memory\.)$/],
    ['const a = []; for (;;) a.push(new Uint8Array(100000));', "The function 'f' failed: out of memory."],
    ["return 'x'.repeat(1e8);", /^The function 'f' failed: /],
    ['const f = () => f(); return f();', /^The function 'f' failed: /],
    ['throw new Error("no such pump");', "The function 'f' failed: no such pump."],
    ['throw null;', "The function 'f' failed: null."],
    ["return 'text';", "The function 'f' returns int, found a string."],
    ['return true;', "The function 'f' returns int, found a boolean."],
  ])('an event whose function says %s is a fault, and the flow goes on', (body, reason) => {
    const engine = new Engine(compile(app('int', `if (data[1] !== 7) return 1; ${body}`), { javascript }));
    const faults: string[] = [];
    const rows: unknown[] = [];
    engine.onFault((batch) => faults.push(batch.reason));
    engine.onStream('Out', (batch) => rows.push(...batch.rows));
    sendAll(engine, [EVENT, ['S', 2, 'b', 8, 1, 1, true]]);
    expect(faults).toEqual([typeof reason === 'string' ? reason : expect.stringMatching(reason)]);
    expect(rows).toEqual([[1]]);
  });

  it.each([
    [app('int', 'retur 1;'), /^1:1 The function 'f' cannot be read: /],
    [app('int', '} ); (function () { return 1;'), /^1:46 Found '\)'/],
    [app('int', '"}"; return 1; /* { */'), /./],
    [`define function f[scala] return int { 1 }; ${STREAM}`, "1:1 Functions are written in javascript, found 'scala'."],
    [`define function coalesce[javascript] return int { return 1; }; ${STREAM}`, "1:17 'coalesce' is a function of the language already."],
    [`define function f[javascript] return int { return 1; }; define function f[javascript] return int { return 2; }; ${STREAM}`, "1:73 The function 'f' is defined twice."],
  ])('%s', (text, message) => {
    expect(errorsOf(analyze(text, { javascript }))[0]).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  it('is refused where it is not allowed', () => {
    expect(analyze(app('int', 'return 1;')).diagnostics).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: 'script.not-allowed', message: 'Functions in JavaScript are not allowed here.', hint: 'An administrator of the organization can allow them in its settings.' })]),
    );
  });

  it('reports errors in the queries around it as well', () => {
    expect(errorsOf(analyze(`define function f[javascript] return string { return 'a'; }; ${STREAM} from S[f(k) > 1] select k insert into Out;`, { javascript }))).toEqual([expect.stringContaining("'>' cannot compare string and int.")]);
  });
});
