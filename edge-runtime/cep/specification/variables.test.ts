import { describe, expect, it } from 'vitest';
import { analyze, compile } from '../index.ts';
import { ask } from '../testing/ask.ts';
import { errorsOf, rowsOf } from '../testing/run-app.ts';

const STREAM = 'define stream S (k string, v int);';
const variables = { site: 'Lyon', limit: '5', window: 'length(2)', name: 'total', quote: "it's", comment: '-- a', broken: "'a", nested: '${site}', __proto__x: '1' };

describe('${variables}', () => {
  it.each([
    ["from S[k == '${site}'] select v insert into Out;", [[1], [9]]],
    ["from S[k == 'in ${site}, ${limit}'] select v insert into Out;", [[7]]],
    ['from S[v > ${limit}] select v insert into Out;', [[9], [7]]],
    ['from S#window.${window} select sum(v) as ${name} insert into Out;', [[1], [10], [16]]],
    ['from S select "${quote}" as z limit 1 insert into Out;', [["it's"], ["it's"], ["it's"]]],
  ])('%s', (query, rows) => {
    expect(rowsOf(`${STREAM} ${query}`, 'Out', [['S', 1, 'Lyon', 1], ['S', 2, 'Lyon', 9], ['S', 3, 'in Lyon, 5', 7]], { variables })).toEqual(rows);
  });

  it('stand in annotations, definitions and on-demand queries', () => {
    const analysis = analyze("@app:name('pumps of ${site}') @source(type='file', path='/data/${site}.csv') define stream S (v ${type});", { variables: { ...variables, type: 'int' } });
    expect(errorsOf(analysis)).toEqual([]);
    expect(analysis.name).toBe('pumps of Lyon');
    expect(analysis.sources[0]?.options).toEqual({ path: '/data/Lyon.csv' });
    expect(analysis.streams[0]?.attributes).toEqual([{ name: 'v', type: 'int' }]);
    expect(ask(`${STREAM} define table T (k string, v int); from S insert into T;`, [['S', 1, 'Lyon', 1]], "from T on k == '${site}' select v", { variables })).toEqual([[1]]);
  });

  it.each([
    ["from S[k == '${sites}'] select v insert into Out;", "1:48 There is no variable 'sites'.", "Did you mean 'site'?"],
    ['from S[v > ${maximum}] select v insert into Out;', "1:47 There is no variable 'maximum'.", 'Variables are set in the settings of the fleet or node.'],
    ['from S[v > ${broken}] select v insert into Out;', "1:47 The value of 'broken' cannot stand here: This string is not closed on its line.", undefined],
    ['from S[v > ${nested}] select v insert into Out;', "1:47 The value of 'nested' cannot stand here: it names a variable itself.", undefined],
    ['from S[v > ${constructor}] select v insert into Out;', "1:47 There is no variable 'constructor'.", 'Variables are set in the settings of the fleet or node.'],
    ['from S[v > ${}] select v insert into Out;', '1:47 This variable has no name or is not closed.', 'Write ${name}.'],
  ])('%s', (query, message, hint) => {
    const analysis = analyze(`${STREAM} ${query}`, { variables });
    expect(errorsOf(analysis)).toContain(message);
    if (hint !== undefined) expect(analysis.diagnostics.map((one) => one.hint)).toContain(hint);
  });

  it('names every unknown variable at once', () => {
    expect(errorsOf(analyze(`${STREAM} from S[k == '\${a} \${b}' and v > \${c}] select v insert into Out;`))).toEqual(["1:48 There is no variable 'a'.", "1:48 There is no variable 'b'.", "1:68 There is no variable 'c'."]);
  });

  it('a value never ends the string it stands in', () => {
    const text = `${STREAM} from S select '\${evil}' as z insert into Out;`;
    expect(rowsOf(text, 'Out', [['S', 1, 'a', 1]], { variables: { evil: "' insert into Elsewhere; --" } })).toEqual([["' insert into Elsewhere; --"]]);
  });

  it('another value is another state', () => {
    const shape = (limit: string): string => compile(`${STREAM} from S#window.length(\${limit}) select sum(v) as s insert into Out;`, { variables: { limit } }).shape;
    expect(shape('5')).not.toBe(shape('6'));
    expect(shape('5')).toBe(shape('5'));
  });
});
