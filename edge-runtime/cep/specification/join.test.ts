import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine } from '../index.ts';
import { errorsOf, rowsOf, sendAll, type Sent } from '../testing/run-app.ts';
import { specify } from '../testing/specify.ts';

const STREAMS = 'define stream L (k string, v int); define stream R (k string, w int);';

/** Two of the left, two of the right, one more of each. */
const SIX: readonly Sent[] = [['L', 1, 'a', 1], ['L', 2, 'b', 2], ['R', 3, 'a', 10], ['R', 4, 'c', 20], ['L', 5, 'c', 3], ['R', 6, 'b', 30]];
const BOTH = 'L#window.length(2) as l';
const WITH = 'R#window.length(2) as r';
const SELECT = 'select l.k as k, l.v as v, r.w as w insert into O;';

describe('a join of two windows', () => {
  specify(STREAMS, [
    ['meets what the other side holds, whichever comes', `from ${BOTH} join ${WITH} on l.k == r.k ${SELECT}`, SIX, [['a', 1, 10], ['c', 3, 20], ['b', 2, 30]]],
    ['is written inner join too', `from ${BOTH} inner join ${WITH} on l.k == r.k ${SELECT}`, SIX, [['a', 1, 10], ['c', 3, 20], ['b', 2, 30]]],
    ['without a condition meets everything', `from ${BOTH} join ${WITH} ${SELECT}`, SIX.slice(0, 4), [['a', 1, 10], ['b', 2, 10], ['a', 1, 20], ['b', 2, 20]]],
    ['takes any condition', `from ${BOTH} join ${WITH} on r.w > l.v * 10 ${SELECT}`, SIX.slice(0, 4), [['a', 1, 20]]],
    ['finds no more what has left', `from L#window.length(1) as l join ${WITH} on l.k == r.k ${SELECT}`, SIX, [['c', 3, 20]]],
    ['without a window a side holds nothing and only sets off', `from L as l join ${WITH} on l.k == r.k ${SELECT}`, SIX, [['c', 3, 20]]],
    ['does not join by what is missing', `from ${BOTH} join ${WITH} on l.k == r.k ${SELECT}`, [['L', 1, null, 1], ['R', 2, null, 2]], []],
    ['filters before the window', `from L[v > 1]#window.length(2) as l join ${WITH} on l.k == r.k ${SELECT}`, SIX, [['c', 3, 20], ['b', 2, 30]]],
    ['names streams by their own names', 'from L#window.length(2) join R#window.length(2) on L.k == R.k select L.k as k, v, w insert into O;', SIX, [['a', 1, 10], ['c', 3, 20], ['b', 2, 30]]],
    ['goes by time', 'from L#window.time(3 milliseconds) as l join R#window.time(3 milliseconds) as r on l.k == r.k select l.k as k insert into O;', SIX, [['a'], ['c']]],
    ['lets pairs go when one side leaves', `from L#window.length(1) as l join R#window.length(1) as r on l.k == r.k select l.v as v, r.w as w insert expired events into O;`, [['L', 1, 'a', 1], ['R', 2, 'a', 10], ['R', 3, 'a', 20], ['L', 4, 'a', 2]], [[1, 10], [1, 20]]],
    ['finds all batches that a window put out where what leaves is not asked for', `from L as l join R#window.lengthBatch(1) as r ${SELECT}`, [['R', 1, 'a', 10], ['R', 2, 'b', 20], ['L', 3, 'c', 1]], [['c', 1, 10], ['c', 1, 20]]],
    ['finds the last batch alone where it is', `from L as l join R#window.lengthBatch(1) as r select l.k as k, l.v as v, r.w as w insert all events into O;`, [['R', 1, 'a', 10], ['R', 2, 'b', 20], ['L', 3, 'c', 1]], [['c', 1, 20], ['c', 1, 20]]],
    ['finds all batches of a time', `from L as l join R#window.timeBatch(2 milliseconds) as r ${SELECT}`, [['R', 1, 'a', 10], ['R', 4, 'b', 20], { advance: 8 }, ['L', 9, 'c', 1]], [['c', 1, 10], ['c', 1, 20]]],
    ['finds all of them where events are put out at once too', `from L as l join R#window.lengthBatch(2, true) as r ${SELECT}`, [['R', 1, 'a', 10], ['R', 2, 'b', 20], ['R', 3, 'c', 30], ['L', 4, 'c', 1]], [['c', 1, 10], ['c', 1, 20], ['c', 1, 30]]],
    ['finds nothing in what came together', `from L as l join R#window.batch() as r ${SELECT}`, [['R', 1, 'a', 10], ['L', 2, 'c', 1]], []],
    ['aggregates over the pairs', 'from L#window.length(5) as l join R#window.length(5) as r on l.k == r.k select l.k as k, sum(r.w) as n group by l.k insert into O;', [...SIX, ['R', 7, 'a', 5]], [['a', 10], ['c', 20], ['b', 30], ['a', 15]]],
    ['orders what an event meets by what is not put out', 'from L#window.length(2) as l join R as r on true select l.k as k order by l.v desc insert into O;', SIX.slice(0, 3), [['b'], ['a']]],
    ['of a stream with itself tells the sides apart by other names', 'from L#window.length(3) as one join L#window.length(3) as two on one.v < two.v select one.v as x, two.v as y insert into O;', [['L', 1, 'a', 1], ['L', 2, 'a', 2]], [[1, 2]]],
  ]);
});

describe('batches that stay', () => {
  const text = `${STREAMS} from L as l join R#window.lengthBatch(4000) as r select count() as n insert into O;`;
  const fill = (events: number): Sent[] => Array.from({ length: events }, (_, index): Sent => ['R', 1, 'a', index]);

  it('are ten thousand events beside the last batch at most', () => {
    const rows = rowsOf(text, 'O', [...fill(20_000), ['L', 2, 'a', 1]]);
    expect(rows.at(-1)).toEqual([14_000]);
  });
});

describe('a join with expressionBatch', () => {
  const batch = "L#window.expressionBatch('count() <= 2') as l";
  const sent: readonly Sent[] = [['L', 1, 'a', 1], ['R', 2, 'a', 10], ['L', 3, 'a', 2], ['R', 4, 'a', 20], ['L', 5, 'a', 3], ['R', 6, 'a', 30], ['L', 7, 'a', 4], ['L', 8, 'a', 5]];
  specify(STREAMS, [
    ['finds what the batch at hand has so far, and is set off by a batch as a whole', `from ${batch} join R#window.length(1) as r on l.k == r.k select l.v as v, r.w as w insert into O;`, sent, [[1, 10], [1, 20], [2, 20], [1, 20], [2, 20], [3, 30], [3, 30], [4, 30]]],
    ['finds nothing of a batch that is over', `from ${batch} join R as r on l.k == r.k select l.v as v, r.w as w insert into O;`, sent, [[1, 10], [1, 20], [2, 20], [3, 30]]],
    ['finds nothing where events go on at once', "from L#window.expressionBatch('count() <= 2', false, true) as l join R as r on l.k == r.k select l.v as v, r.w as w insert into O;", sent, []],
    ['lets what leaves either side take the pairs along, a batch when the next one is there', `from ${batch} join R#window.length(1) as r on l.k == r.k select l.v as v, r.w as w insert expired events into O;`, sent, [[1, 10], [2, 10], [3, 20], [1, 30], [2, 30]]],
  ]);
});

describe('an outer join', () => {
  specify(STREAMS, [
    ['left: what comes on the left goes on without a partner', `from ${BOTH} left outer join ${WITH} on l.k == r.k ${SELECT}`, SIX, [['a', 1, null], ['b', 2, null], ['a', 1, 10], ['c', 3, 20], ['b', 2, 30]]],
    ['right: what comes on the right does', `from ${BOTH} right outer join ${WITH} on l.k == r.k select r.k as k, l.v as v, r.w as w insert into O;`, SIX, [['a', 1, 10], ['c', null, 20], ['c', 3, 20], ['b', 2, 30]]],
    ['full: both do', `from ${BOTH} full outer join ${WITH} on l.k == r.k ${SELECT}`, SIX, [['a', 1, null], ['b', 2, null], ['a', 1, 10], [null, null, 20], ['c', 3, 20], ['b', 2, 30]]],
  ]);
});

describe('a unidirectional join', () => {
  specify(STREAMS, [
    ['is set off by the left side alone where it is written there', `from ${BOTH} unidirectional join ${WITH} on l.k == r.k ${SELECT}`, SIX, [['c', 3, 20]]],
    ['is set off by the right side alone where it is written there', `from ${BOTH} join ${WITH} unidirectional on l.k == r.k ${SELECT}`, SIX, [['a', 1, 10], ['b', 2, 30]]],
    ['may be an outer one', `from L as l unidirectional left outer join ${WITH} on l.k == r.k ${SELECT}`, SIX, [['a', 1, null], ['b', 2, null], ['c', 3, 20]]],
  ]);
});

describe('a join with a table', () => {
  specify(`${STREAMS} define table T (k string, n int); from R select k, w as n insert into T;`, [
    ['reads the rows that are there', 'from L as l join T as t on l.k == t.k select l.v as v, t.n as n insert into O;', [['R', 1, 'a', 10], ['L', 2, 'a', 1], ['R', 3, 'a', 11], ['L', 4, 'a', 2]], [[1, 10], [2, 10], [2, 11]]],
    ['may have the table on the left', 'from T as t join L as l on l.k == t.k select l.v as v, t.n as n insert into O;', [['R', 1, 'a', 10], ['L', 2, 'a', 1]], [[1, 10]]],
    ['left outer keeps what finds no row', 'from L as l left outer join T as t on l.k == t.k select l.v as v, t.n as n insert into O;', [['L', 1, 'a', 1], ['R', 2, 'a', 10], ['L', 3, 'a', 2]], [[1, null], [2, 10]]],
    ['sees a change at once, and never sets off by it', 'from L#window.length(5) as l join T as t on l.k == t.k select l.v as v, t.n as n insert into O;', [['L', 1, 'a', 1], ['R', 2, 'a', 10]], []],
  ]);
});

describe('a join with a named window', () => {
  specify(`${STREAMS} define window W (k string, w int) length(2); from R select k, w insert into W;`, [
    ['sees what a filter behind its name lets through', 'from L#window.length(2) as l join W[w > 10] as w on l.k == w.k select l.v as v, w.w as w insert into O;', SIX, [[3, 20], [2, 30]]],
    ['meets what the window holds, and is set off by it', 'from L#window.length(2) as l join W on l.k == W.k select l.v as v, W.w as w insert into O;', SIX, [[1, 10], [3, 20], [2, 30]]],
  ]);
});

describe('a join with an aggregation', () => {
  specify(`${STREAMS} define aggregation A from R select k, sum(w) as n group by k aggregate every sec, min;`, [
    ['may have the aggregation on the left', "from A as a join L as l on l.k == a.k within '1970-**-** **:**:**' per 'sec' select l.v as v, a.n as n insert into O;", [['R', 1000, 'a', 10], ['R', 1500, 'a', 5], ['L', 3000, 'a', 1]], [[1, 15]]],
    ['reads a range, each row of it once', "from L as l join A as a on l.k == a.k within '1970-**-** **:**:**' per 'sec' select l.v as v, a.n as n insert into O;", [['R', 1000, 'a', 10], ['R', 1500, 'a', 5], ['R', 2500, 'a', 1], ['L', 3000, 'a', 1]], [[1, 15], [1, 1]]],
  ]);
});

describe('a join', () => {
  it('tells of rows that arrived and of rows that left', () => {
    const engine = new Engine(compile(`${STREAMS} @info(name='q') from L#window.length(1) as l join R#window.length(1) as r on l.k == r.k select l.v as v, r.w as w insert all events into O;`));
    const heard: unknown[] = [];
    engine.onQuery('q', ({ arrived, removed }) => heard.push([arrived.map((one) => one.row), removed.map((one) => one.row)]));
    sendAll(engine, [['L', 1, 'a', 1], ['R', 2, 'a', 10], ['R', 3, 'a', 20]]);
    expect(heard).toEqual([[[[1, 10]], []], [[[1, 20]], [[1, 10]]]]);
  });

  it.each([
    ['from L join R on L.k == R.w select L.k insert into O;', ["2:18 '==' cannot compare string and int."]],
    ['from L join R on L.v select L.k insert into O;', ["2:18 'on' takes a bool, found int."]],
    ['from L join X on L.k == X.k select L.k insert into O;', ["2:13 There is no stream 'X'."]],
    ['from L as l join R as r on l.k == r.k select k insert into O;', ["2:46 'k' is an attribute of 'l' and 'r'."]],
    ['from L as l join R as r on l.k == s.k select l.k insert into O;', ["2:35 There is no stream or event 's' here."]],
    ["from L join R on L.k == R.k within 5 per 'sec' select L.k insert into O;", ["2:6 'within' and 'per' read an aggregation, and this join has none."]],
    ['define table T (k string); define table U (k string); from T join U on T.k == U.k select T.k insert into O;', ['2:60 One side of a join has to be a stream whose events set it off.']],
    ['define table T (k string); from L join T unidirectional on L.k == T.k select L.k insert into O;', ['2:33 One side of a join has to be a stream whose events set it off.']],
    ['define window W (k string, w int) length(2); from L join W#log() on L.k == W.k select L.k insert into O;', ["2:58 'W' is a window already; it takes filters only."]],
    ['define table T (k string); from L join T[k is null] on L.k == T.k select L.k insert into O;', ["2:40 'T' is a table; filters and windows do not apply to it."]],
    ['from L left join R on L.k == R.k select L.k insert into O;', ["2:13 Found 'join', expected 'outer' after 'left'."]],
  ])('refuses %s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAMS}\n${text}`))).toEqual(errors);
  });
});
