import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine, type Row } from '../index.ts';
import { errorsOf, rowsOf, sendAll, type Sent } from '../testing/run-app.ts';

const STREAMS = 'define stream S (k string, v int); define stream T (k string);';
const INTO = 'from S select k, v insert into W;';
const FOUR: readonly Sent[] = [['S', 1, 'a', 1], ['S', 2, 'b', 2], ['S', 3, 'a', 3], ['S', 4, 'b', 4]];

/** Name, the window's definition, a query over it, events, and the rows of `O`. */
const CASES: readonly (readonly [name: string, window: string, query: string, sent: readonly Sent[], rows: readonly Row[]])[] = [
  ['aggregates over what the window holds', 'length(2)', 'from W select sum(v) as n insert into O;', FOUR, [[1], [3], [5], [7]]],
  ['groups what the window holds', 'length(3)', 'from W select k, sum(v) as n group by k insert into O;', FOUR, [['a', 1], ['b', 2], ['a', 4], ['b', 6]]],
  ['gives what leaves to those who ask', 'length(2)', 'from W select v insert expired events into O;', FOUR, [[1], [2]]],
  ['gives what arrives and what leaves', 'length(1)', 'from W select v insert all events into O;', FOUR.slice(0, 3), [[1], [1], [2], [2], [3]]],
  ['puts out only what arrives where it is told so', 'length(2) output current events', 'from W select sum(v) as n insert all events into O;', FOUR, [[1], [3], [6], [10]]],
  ['puts out only what leaves where it is told so', 'length(2) output expired events', 'from W select v insert all events into O;', FOUR, [[1], [2]]],
  ['filters what comes out', 'length(3)', "from W[k == 'a'] select sum(v) as n insert into O;", FOUR, [[1], [4]]],
  ['lets events go with time', 'time(10 milliseconds)', 'from W select v insert expired events into O;', [...FOUR, { advance: 100 }], [[1], [2], [3], [4]]],
  ['collects batches', 'lengthBatch(2)', 'from W select sum(v) as n insert into O;', FOUR, [[3], [7]]],
  ['collects batches of time', 'timeBatch(10 milliseconds)', 'from W select count() as n insert into O;', [...FOUR, { advance: 100 }], [[4]]],
  ['lets a batch go at the time of leaving', 'lengthBatch(1)', 'from W select k, eventTimestamp() as at insert expired events into O;', FOUR.slice(0, 3), [['a', 2], ['b', 3]]],
  ['leaves a batch that a join found its own times', 'lengthBatch(1)', 'from T join W on T.k == W.k select T.k insert into P; from W select k, eventTimestamp() as at insert expired events into O;', [...FOUR.slice(0, 1), ['T', 2, 'a'], ['S', 3, 'b', 2], ['S', 4, 'c', 3]], [['a', 1], ['b', 4]]],
  ['sorts', "sort(2, v, 'asc')", 'from W select v insert expired events into O;', FOUR, [[3], [4]]],
  ['is joined by what it holds', 'length(2)', 'from T join W on T.k == W.k select W.v as v insert into O;', [...FOUR, ['T', 5, 'b']], [[4]]],
  ['sets a join off as well', 'length(2)', 'from W join T#window.length(1) as t on W.k == t.k select W.v as v insert into O;', [['T', 1, 'a'], ['S', 2, 'a', 7]], [[7]]],
  ['sets off nothing where the other side alone may', 'length(2)', 'from W join T#window.length(1) as t unidirectional on W.k == t.k select W.v as v insert into O;', [['T', 1, 'a'], ['S', 2, 'a', 7]], []],
  ['joins two windows', 'length(2)', 'define window X (k string) length(2); from T select k insert into X; from W join X on W.k == X.k select W.v as v insert into O;', [['S', 1, 'a', 1], ['T', 2, 'a'], ['S', 3, 'a', 5]], [[1], [5]]],
  ['stands in a pattern with all that it puts out', 'length(1)', 'from every a=W -> b=W[v > a.v] select a.v as x, b.v as y insert into O;', FOUR.slice(0, 3), [[1, 2], [1, 2], [2, 3], [2, 3]]],
  ['stands in a pattern with what arrives where it puts out nothing else', 'length(1) output current events', 'from every a=W -> b=W[v > a.v] select a.v as x, b.v as y insert into O;', FOUR.slice(0, 3), [[1, 2], [2, 3]]],
];

describe('a named window', () => {
  it.each(CASES)('%s', (_, window, query, sent, rows) => {
    expect(rowsOf(`${STREAMS} define window W (k string, v int) ${window}; ${INTO} ${query}`, 'O', sent)).toEqual(rows);
  });

  it('is fed by several queries and read by several', () => {
    const app = `${STREAMS} define window W (k string, v int) length(2); ${INTO} from T select k, 100 as v insert into W; from W select sum(v) as n insert into O; from W select count() as n insert into P;`;
    const sent: readonly Sent[] = [['S', 1, 'a', 1], ['T', 2, 'a'], ['S', 3, 'a', 2]];
    expect(rowsOf(app, 'O', sent)).toEqual([[1], [101], [102]]);
    expect(rowsOf(app, 'P', sent)).toEqual([[1], [2], [2]]);
  });

  it('is fed from a partition and shared by its keys', () => {
    const app = `${STREAMS} define window W (k string, v int) length(2); partition with (k of S) begin from S select k, sum(v) as v2 insert into #M; from #M select k, convert(v2, 'int') as v insert into W; end; from W select k, sum(v) as n insert into O;`;
    expect(rowsOf(app, 'O', FOUR)).toEqual([['a', 1], ['b', 3], ['a', 6], ['b', 10]]);
  });

  it('goes on from a snapshot', () => {
    const app = compile(`${STREAMS} define window W (k string, v int) time(3 milliseconds); ${INTO} from W select sum(v) as n insert all events into O;`);
    const [whole, resumed]: [Row[], Row[]] = [[], []];
    const straight = new Engine(app);
    straight.onStream('O', (batch) => whole.push(...batch.rows));
    sendAll(straight, [...FOUR, { advance: 50 }]);
    const before = new Engine(app);
    before.onStream('O', (batch) => resumed.push(...batch.rows));
    sendAll(before, FOUR.slice(0, 3));
    const after = new Engine(app);
    after.onStream('O', (batch) => resumed.push(...batch.rows));
    after.restore(before.snapshot());
    sendAll(after, [...FOUR.slice(3), { advance: 50 }]);
    expect(resumed).toEqual(whole);
  });

  it.each([
    ['define window W (k string, v int) lenght(2);', ["2:35 There is no window 'lenght'."]],
    ['define window W (k string, v int) length(2); from S select k insert into W;', ["2:74 'W' has (k string, v int), this query puts out (k string)."]],
    ['define window W (k string, v int) length(2); define stream W (k string);', ["2:60 'W' is defined twice."]],
    ['define window W (k string, v int) length(2); from W#window.length(2) join S on W.k == S.k select W.k as k insert into O;', ["2:51 'W' is a window already; it takes filters only."]],
  ])('refuses %s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAMS}\n${text}`))).toEqual(errors);
  });
});
