import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine } from '../index.ts';
import { errorsOf, rowsOf, type Sent } from '../testing/run-app.ts';
import { specify } from '../testing/specify.ts';

const STREAM = 'define stream S (k string, g int, v int, d double);';

/** Six events of two keys and three groups. */
const SIX: readonly Sent[] = [
  ['S', 1, 'a', 1, 5, 1.5],
  ['S', 2, 'b', 1, 3, 0.5],
  ['S', 3, 'a', 2, 4, 2.5],
  ['S', 4, 'a', 1, 1, null],
  ['S', 5, 'b', 3, 2, 4],
  ['S', 6, 'a', 1, 6, 1.5],
];

describe('select', () => {
  specify(STREAM, [
    ['* is every attribute', 'from S select * insert into O;', SIX.slice(0, 1), [['a', 1, 5, 1.5]]],
    ['may be left out, and then is *', 'from S insert into O;', SIX.slice(0, 1), [['a', 1, 5, 1.5]]],
    ['names attributes, in any order', 'from S select v, k insert into O;', SIX.slice(0, 1), [[5, 'a']]],
    ['names the stream before them', 'from S select S.v as x insert into O;', SIX.slice(0, 1), [[5]]],
    ['computes', "from S select v * 2 + g as x, ifThenElse(v > 3, 'high', 'low') as y insert into O;", SIX.slice(0, 2), [[11, 'high'], [7, 'low']]],
    ['gives constants', "from S select 1 as one, 'x' as two insert into O;", SIX.slice(0, 1), [[1, 'x']]],
    ['makes the stream that the next query reads', 'from S select v as w insert into M; from M[w > 4] select w insert into O;', SIX, [[5], [6]]],
  ]);
});

describe('aggregators', () => {
  specify(STREAM, [
    ['count', 'from S select count() as n, count(d) as m insert into O;', SIX.slice(0, 4), [[1, 1], [2, 2], [3, 3], [4, 4]]],
    ['sum, a long of whole numbers and else a double', 'from S select sum(v) as n, sum(d) as x insert into O;', SIX.slice(0, 5), [[5, 1.5], [8, 2], [12, 4.5], [13, 4.5], [15, 8.5]]],
    ['avg, always a double', 'from S select avg(v) as n insert into O;', SIX.slice(0, 3), [[5], [4], [4]]],
    ['avg leaves missing values out', 'from S#window.length(2) select avg(d) as x insert into O;', SIX.slice(0, 4), [[1.5], [1], [1.5], [2.5]]],
    ['min and max of what a window holds', 'from S#window.length(2) select min(v) as low, max(v) as high insert into O;', SIX, [[5, 5], [3, 5], [3, 4], [1, 4], [1, 2], [2, 6]]],
    ['minForever and maxForever of all that ever came', 'from S#window.length(2) select minForever(v) as low, maxForever(v) as high insert into O;', SIX, [[5, 5], [3, 5], [3, 5], [1, 5], [1, 5], [1, 6]]],
    ['stdDev, of the whole population', 'from S#window.lengthBatch(2) select stdDev(v) as s insert into O;', SIX, [[1], [1.5], [2]]],
    ['distinctCount', 'from S#window.length(3) select distinctCount(k) as n insert into O;', SIX, [[1], [2], [2], [2], [2], [2]]],
    ['and, or', 'from S#window.length(2) select and(v > 2) as every, or(v > 4) as some insert into O;', SIX, [[true, true], [true, true], [true, false], [false, false], [false, false], [false, true]]],
    ['in an expression', 'from S select (sum(v) + count()) * 2 as x insert into O;', SIX.slice(0, 2), [[12], [20]]],
    ['of an expression', 'from S select sum(v * g) as x insert into O;', SIX.slice(0, 3), [[5], [8], [16]]],
    ['beside a plain attribute, which is that of the event at hand', 'from S select k, sum(v) as n insert into O;', SIX.slice(0, 3), [['a', 5], ['b', 8], ['a', 12]]],
    ['begin anew with each batch', 'from S#window.lengthBatch(3) select k, sum(v) as n insert into O;', SIX, [['a', 12], ['a', 9]]],
    ['of no value at all have none, but for counts', 'from S[d is null] select sum(d) as s, min(d) as low, avg(d) as a, count() as n insert into O;', SIX, [[null, null, null, 1]]],
  ]);
});

describe('group by', () => {
  specify(STREAM, [
    ['one attribute', 'from S select k, sum(v) as n group by k insert into O;', SIX, [['a', 5], ['b', 3], ['a', 9], ['a', 10], ['b', 5], ['a', 16]]],
    ['several', 'from S select k, g, count() as n group by k, g insert into O;', SIX, [['a', 1, 1], ['b', 1, 1], ['a', 2, 1], ['a', 1, 2], ['b', 3, 1], ['a', 1, 3]]],
    ['an attribute that is not put out', 'from S select count() as n group by k insert into O;', SIX, [[1], [1], [2], [3], [2], [4]]],
    ['what a window holds', 'from S#window.length(3) select k, sum(v) as n group by k insert into O;', SIX, [['a', 5], ['b', 3], ['a', 9], ['a', 5], ['b', 2], ['a', 7]]],
    ['a batch: the last row of each group, in the order in which the groups came', 'from S#window.lengthBatch(6) select k, sum(v) as n, v group by k insert into O;', SIX, [['a', 16, 6], ['b', 5, 2]]],
    ['without an aggregator: of a batch the last event of each group', 'from S#window.lengthBatch(3) select k, v group by k insert into O;', SIX, [['a', 4], ['b', 3], ['a', 6], ['b', 2]]],
    ['nothing is a group too', 'from S select d, count() as n group by d insert into O;', [...SIX, ['S', 7, 'c', 1, 1, null]], [[1.5, 1], [0.5, 1], [2.5, 1], [null, 1], [4, 1], [1.5, 2], [null, 2]]],
  ]);
});

describe('having', () => {
  specify(STREAM, [
    ['looks at what is put out', 'from S select k, v * 2 as x having x > 8 insert into O;', SIX, [['a', 10], ['a', 12]]],
    ['looks at aggregates', 'from S select k, sum(v) as n group by k having n >= 9 insert into O;', SIX, [['a', 9], ['a', 10], ['a', 16]]],
    ['aggregates on its own', 'from S select k group by k having count() == 2L insert into O;', SIX, [['a'], ['b']]],
    ['what it refuses is counted all the same', 'from S select sum(v) as n having n > 12 insert into O;', SIX, [[13], [15], [21]]],
    ['takes nothing as false', 'from S select d having d > 2.0 insert into O;', SIX, [[2.5], [4]]],
  ]);
});

describe('order by, limit, offset', () => {
  specify(STREAM, [
    ['order the rows of a batch', 'from S#window.lengthBatch(3) select k, v order by v insert into O;', SIX, [['b', 3], ['a', 4], ['a', 5], ['a', 1], ['b', 2], ['a', 6]]],
    ['asc is what is meant without a word', 'from S#window.lengthBatch(3) select v order by v asc insert into O;', SIX.slice(0, 3), [[3], [4], [5]]],
    ['desc turns it round', 'from S#window.lengthBatch(3) select v order by v desc insert into O;', SIX, [[5], [4], [3], [6], [2], [1]]],
    ['by several, the first one first', 'from S#window.lengthBatch(6) select k, v order by k desc, v insert into O;', SIX, [['b', 2], ['b', 3], ['a', 1], ['a', 4], ['a', 5], ['a', 6]]],
    ['by aggregates', 'from S#window.lengthBatch(6) select k, sum(v) as n group by k order by n desc insert into O;', SIX, [['a', 16], ['b', 5]]],
    ['equal rows stay as they came', 'from S#window.lengthBatch(6) select k, v order by k insert into O;', SIX, [['a', 5], ['a', 4], ['a', 1], ['a', 6], ['b', 3], ['b', 2]]],
    ['limit takes so many of each batch', 'from S#window.lengthBatch(3) select v order by v limit 2 insert into O;', SIX, [[3], [4], [1], [2]]],
    ['offset leaves so many out', 'from S#window.lengthBatch(3) select v order by v offset 1 insert into O;', SIX, [[4], [5], [2], [6]]],
    ['offset before limit', 'from S#window.lengthBatch(3) select v order by v limit 1 offset 1 insert into O;', SIX, [[4], [2]]],
    ['limit without a window counts each event', 'from S select v limit 1 insert into O;', SIX.slice(0, 3), [[5], [3], [4]]],
    ['after having', 'from S#window.lengthBatch(6) select v having v > 2 order by v limit 2 insert into O;', SIX, [[3], [4]]],
  ]);
});

describe('insert into', () => {
  specify(STREAM, [
    ['current events are what is meant without a word', 'from S#window.length(1) select v insert into O;', SIX.slice(0, 3), [[5], [3], [4]]],
    ['current events', 'from S#window.length(1) select v insert current events into O;', SIX.slice(0, 3), [[5], [3], [4]]],
    ['expired events, what left the window', 'from S#window.length(1) select v insert expired events into O;', SIX.slice(0, 3), [[5], [3]]],
    ['all events, what left first', 'from S#window.length(1) select v insert all events into O;', SIX.slice(0, 3), [[5], [5], [3], [3], [4]]],
    ['all events of an aggregate: one row, since what left and what came are one chunk', 'from S#window.length(1) select sum(v) as n insert all events into O;', SIX.slice(0, 3), [[5], [3], [4]]],
    ['aggregates of what leaves no longer count it', 'from S#window.time(4 milliseconds) select sum(v) as n insert expired events into O;', SIX, [[8], [7]]],
    ['a stream that is defined', 'define stream O (v int); from S select v insert into O;', SIX.slice(0, 2), [[5], [3]]],
    ['one stream from several queries', "from S[k == 'a'] select v insert into O; from S[k == 'b'] select v * 100 as v insert into O;", SIX.slice(0, 2), [[5], [300]]],
  ]);
});

describe('a chunk of events', () => {
  it('gives one row of an aggregating query, one a group when it is grouped', () => {
    const rows = (select: string): unknown[] => {
      const engine = new Engine(compile(`${STREAM} from S ${select} insert into O;`));
      const heard: unknown[] = [];
      engine.onStream('O', (batch) => heard.push(...batch.rows));
      engine.sendChunk('S', [1, 2, 3], [['a', 1, 5, null], ['b', 1, 3, null], ['a', 1, 4, null]]);
      return heard;
    };
    expect(rows('select sum(v) as n')).toEqual([[12]]);
    expect(rows('select k, sum(v) as n group by k')).toEqual([['a', 9], ['b', 3]]);
    expect(rows('select v')).toEqual([[5], [3], [4]]);
  });
});

describe('what is wrong with a selection', () => {
  it.each([
    ['from S select k, k insert into O;', ["2:18 'k' is put out twice."]],
    ['from S select v + 1 insert into O;', ["2:21 Found 'insert', expected 'as' and a name after an expression that is no plain attribute."]],
    ['from S select k, sum(k) as n insert into O;', ['2:18 sum takes a number, found string.']],
    ['from S select sum(max(v)) as n insert into O;', ["2:19 max is an aggregator; it stands in 'select', in 'having' or in a stream's filter only."]],
    ['from S select k group by w insert into O;', ["2:26 There is no attribute 'w' here."]],
    ['from S select k having v > 1 insert into O;', ["2:24 There is no attribute 'v' here."]],
    ['from S select k having k insert into O;', ["2:24 'having' takes a bool, found string."]],
    ['from S select k order by v insert into O;', ["2:26 There is no attribute 'v' here."]],
    ['from S select k limit 0 - 1 insert into O;', ["2:23 'limit' takes a whole number from 0 up."]],
    ["from S select k offset 'x' insert into O;", ["2:24 'offset' takes a whole number from 0 up."]],
    ['from S select k group by k order by k having k is null insert into O;', ["2:39 Found 'having', expected 'insert into', 'update', 'delete' or 'return'."]],
  ])('%s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAM}\n${text}`))).toEqual(errors);
  });

  it('is said where two attributes of a * have one name', () => {
    expect(rowsOf(`${STREAM} from S select k as a, k as b insert into O;`, 'O', SIX.slice(0, 1))).toEqual([['a', 'a']]);
    expect(errorsOf(analyze(`${STREAM} define stream T (k string); from S#window.length(1) join T#window.length(1) select * insert into O;`))).toEqual([expect.stringContaining("'select *' would put out 'k' twice.")]);
  });
});
