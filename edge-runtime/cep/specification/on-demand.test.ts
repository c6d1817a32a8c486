import { describe, expect, it } from 'vitest';
import { compile, Engine } from '../index.ts';
import { ask, refusals } from '../testing/ask.ts';
import { sendAll, type Sent } from '../testing/run-app.ts';

const APP = "define stream S (k string, v int); @index('k') define table T (k string, v int); define table U (k string, v int); from S select k, v insert into T;";
const SENT: readonly Sent[] = [['S', 1000, 'a', 1], ['S', 1001, 'b', 2], ['S', 1002, 'a', 3]];

describe('a question reads what a table holds', () => {
  it.each([
    ['from T', [['a', 1], ['b', 2], ['a', 3]]],
    ["from T on k == 'a' select v", [[1], [3]]],
    ['from T on v > 1 and k != \'b\' select *', [['a', 3]]],
    ['from T as t on t.v > 1 select t.k', [['b'], ['a']]],
    ['from T select k, v * 2 as w', [['a', 2], ['b', 4], ['a', 6]]],
    ['from T select sum(v) as s, count() as n', [[6, 3]]],
    ['from T on v > 100 select count() as n', []],
    ['from T select k, sum(v) as s group by k having s > 2', [['a', 4]]],
    ['from T select k, v group by k', [['a', 3], ['b', 2]]],
    ['from T select k, v order by v desc limit 2 offset 1', [['b', 2], ['a', 1]]],
    ['from T select k order by v desc', [['a'], ['b'], ['a']]],
    ['from T select k, v order by v, k', [['a', 1], ['b', 2], ['a', 3]]],
    ['from T on T.k == k in U select k', []],
    ['from T select currentTimeMillis() as now limit 1', [[1002]]],
    ["from T select str:upper(k) as k, math:power(v, 2) as p limit 1", [['A', 1]]],
  ])('%s', (query, rows) => {
    expect(ask(APP, SENT, query)).toEqual(rows);
  });

  it('leaves what it only orders by as it was', () => {
    expect(ask(APP, SENT, ['from T select k order by v', 'from T'])).toEqual([[['a'], ['b'], ['a']], [['a', 1], ['b', 2], ['a', 3]]]);
  });

  it('says what its rows consist of', () => {
    const engine = new Engine(compile(APP));
    expect(engine.query('from T select k, sum(v) as s')).toEqual({ attributes: [{ name: 'k', type: 'string' }, { name: 's', type: 'long' }], rows: [] });
  });

  it('answers at most so many rows', () => {
    const engine = new Engine(compile(APP));
    sendAll(engine, SENT);
    expect(() => engine.query('from T', { rowsMax: 2 })).toThrow("The query has 3 rows; at most 2 are answered. Narrow it with 'on' or 'limit'.");
    expect(engine.query('from T select * limit 2', { rowsMax: 2 }).rows).toHaveLength(2);
  });
});

describe('a question reads what a named window holds', () => {
  it.each([
    ['length(2)', [['b', 2], ['a', 3]]],
    ['lengthBatch(2)', [['a', 1], ['b', 2]]],
    ['time(1 sec)', [['a', 1], ['b', 2], ['a', 3]]],
  ])('%s', (window, rows) => {
    expect(ask(`define stream S (k string, v int); define window W (k string, v int) ${window}; from S select k, v insert into W;`, SENT, 'from W')).toEqual(rows);
  });
});

describe('a question changes a table', () => {
  it.each([
    ["select 'n' as k, 9 as v insert into T", [['a', 1], ['b', 2], ['a', 3], ['n', 9]]],
    ["delete T on T.k == 'a'", [['b', 2]]],
    ["select 'a' as gone delete T on T.k == gone", [['b', 2]]],
    ["update T set T.v = T.v + 10 on T.k == 'a'", [['a', 11], ['b', 2], ['a', 13]]],
    ["select 'b' as kk, 5 as n update T set T.v = n on T.k == kk", [['a', 1], ['b', 5], ['a', 3]]],
    ["select 'n' as k, 5 as v update or insert into T on T.k == k", [['a', 1], ['b', 2], ['a', 3], ['n', 5]]],
    ["select 'b' as k, 5 as v update or insert into T set T.v = v on T.k == k", [['a', 1], ['b', 5], ['a', 3]]],
  ])('%s', (query, rows) => {
    expect(ask(APP, SENT, [query, 'from T'])).toEqual([[], rows]);
  });

  it('unless it may only read', () => {
    const engine = new Engine(compile(APP));
    sendAll(engine, SENT);
    expect(() => engine.query('delete T on true', { readOnly: true })).toThrow("This query would change the table 'T', and only reading is allowed here.");
    expect(engine.query('from T', { readOnly: true }).rows).toHaveLength(3);
  });
});

describe('what is wrong with a question', () => {
  it.each([
    ['from X', ["1:6 There is no table, named window or aggregation 'X'."]],
    ['from S select k', ["1:6 There is no table, named window or aggregation 'S'."]],
    ['from T select zz, yy', ["1:15 There is no attribute 'zz' here.", "1:19 There is no attribute 'yy' here."]],
    ['from T on k select k', ["1:11 'on' takes a bool, found string."]],
    ['from T sel k', ["1:8 Found 'sel', expected 'insert into', 'update', 'delete' or 'return'."]],
    ["from T within 0L, 5L per 'days'", ["1:6 'within' and 'per' read an aggregation, and 'T' is none."]],
    ['from T select k, v insert into U', ["1:20 An on-demand query reads with 'from', or changes a table without it."]],
    ["select 'n' as k insert into T", ["1:29 The table 'T' has (k string, v int), this query puts out (k string)."]],
    ["select 'n' as k, 5 as v insert into S", ["1:37 There is no table 'S'."]],
    ['delete T', ["1:1 Say with 'on' which rows of 'T' are meant."]],
  ])('%s', (query, messages) => {
    expect(refusals(APP, query)).toEqual(messages);
  });
});
