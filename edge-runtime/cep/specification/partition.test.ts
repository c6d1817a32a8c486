import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine, type Row } from '../index.ts';
import { errorsOf, rowsOf, sendAll, type Sent } from '../testing/run-app.ts';

const STREAMS = 'define stream S (k string, v int); define stream T (k string, v int);';

/** Name, what stands before and in the partition, events, and the rows of `O`. */
const CASES: readonly (readonly [name: string, text: string, sent: readonly Sent[], rows: readonly Row[]])[] = [
  [
    'aggregates for each value',
    'partition with (k of S) begin from S select k, sum(v) as total insert into O; end;',
    [['S', 1, 'a', 1], ['S', 2, 'b', 10], ['S', 3, 'a', 2], ['S', 4, 'b', 20]],
    [['a', 1], ['b', 10], ['a', 3], ['b', 30]],
  ],
  [
    'keeps a window for each value',
    'partition with (k of S) begin from S#window.length(2) select k, sum(v) as total insert into O; end;',
    [['S', 1, 'a', 1], ['S', 2, 'a', 2], ['S', 3, 'b', 7], ['S', 4, 'a', 3]],
    [['a', 1], ['a', 3], ['b', 7], ['a', 5]],
  ],
  [
    'groups within each value',
    'partition with (k of S) begin from S select k, v, count() as n group by v insert into O; end;',
    [['S', 1, 'a', 1], ['S', 2, 'a', 2], ['S', 3, 'b', 1], ['S', 4, 'a', 1]],
    [['a', 1, 1], ['a', 2, 1], ['b', 1, 1], ['a', 1, 2]],
  ],
  [
    'divides what comes out of a named window, and what leaves it',
    'define window W (k string, v int) length(2); from S insert into W; partition with (k of W) begin from W select k, sum(v) as total insert all events into O; end;',
    [['S', 1, 'a', 1], ['S', 2, 'b', 10], ['S', 3, 'a', 2], ['S', 4, 'a', 5]],
    [['a', 1], ['b', 10], ['a', 2], ['b', null], ['a', 7]],
  ],
  [
    'divides a named window by ranges, which may share an event',
    "define window W (k string, v int) length(1); from S insert into W; partition with (v > 2 as 'big' or v > 0 as 'some' of W) begin from W select v, count() as n insert all events into O; end;",
    [['S', 1, 'a', 1], ['S', 2, 'b', 3]],
    [[1, 1], [1, 0], [3, 1], [3, 1]],
  ],
  [
    'takes what a named window lets go as a step of a pattern',
    'define window W (k string, v int) length(2); from S insert into W; partition with (k of W) begin from every e1=W -> e2=W select e1.k as k, e1.v as x, e2.v as y insert into O; end;',
    [['S', 1, 'a', 1], ['S', 2, 'b', 2], ['S', 3, 'a', 3], ['S', 4, 'b', 4]],
    [['a', 1, 1], ['a', 1, 3], ['b', 2, 2], ['b', 2, 4]],
  ],
  [
    'hands a named window without a key to every key that lives',
    'define window W (k string, v int) length(1); from S insert into W; partition with (k of T) begin from T select k, v insert into Seen; from W select v, sum(v) as total insert all events into O; end;',
    [['S', 1, 'a', 1], ['T', 2, 'a', 0], ['T', 3, 'b', 0], ['S', 4, 'c', 5]],
    [[5, 4], [5, 4]],
  ],
  [
    'only looks into a named window of a join, as a whole',
    'define window W (k string, v int) length(2); from S insert into W; partition with (k of T) begin from T#window.length(1) as t join W on t.v < W.v select t.k as k, W.v as v insert into O; end;',
    [['T', 1, 'a', 1], ['S', 2, 'a', 2], ['S', 3, 'b', 3], ['T', 4, 'b', 2]],
    [['b', 3]],
  ],
  [
    'counts for each value alone in a window that goes by a condition',
    "partition with (k of S) begin from S#window.expression('count() <= 2') select k, sum(v) as total insert into O; end;",
    [['S', 1, 'a', 1], ['S', 2, 'b', 10], ['S', 3, 'a', 2], ['S', 4, 'b', 20], ['S', 5, 'a', 3]],
    [['a', 1], ['b', 10], ['a', 3], ['b', 30], ['a', 5]],
  ],
  [
    'partitions by an expression',
    'partition with (v % 2 of S) begin from S select v, count() as n insert into O; end;',
    [['S', 1, 'a', 1], ['S', 2, 'a', 2], ['S', 3, 'a', 3]],
    [[1, 1], [2, 1], [3, 2]],
  ],
  [
    'leaves events without a key out',
    'partition with (k of S) begin from S select k, v insert into O; end;',
    [['S', 1, null, 1], ['S', 2, 'a', 2]],
    [['a', 2]],
  ],
  [
    'partitions by ranges; an event may lie in several, or in none',
    "partition with (v >= 10 as 'big' or v >= 5 and v < 20 as 'middle' of S) begin from S select v, count() as n insert into O; end;",
    [['S', 1, 'a', 1], ['S', 2, 'a', 6], ['S', 3, 'a', 12], ['S', 4, 'a', 30]],
    [[6, 1], [12, 1], [12, 2], [30, 2]],
  ],
  [
    'gives the events of several streams to the key that they share',
    'partition with (k of S, k of T) begin from every e1=S -> e2=T[v > e1.v] select e1.k as k, e1.v as x, e2.v as y insert into O; end;',
    [['S', 1, 'a', 1], ['T', 2, 'b', 9], ['T', 3, 'a', 5]],
    [['a', 1, 5]],
  ],
  [
    'compares keys of different types as text',
    'partition with (k of S, v of T) begin from S#window.length(5) as l join T#window.length(5) as r select l.k as k, r.v as v insert into O; end;',
    [['S', 1, '7', 1], ['T', 2, 'x', 7], ['T', 3, 'x', 8]],
    [['7', 7]],
  ],
  [
    'gives a stream without a key to every key that lives',
    'partition with (k of S) begin from S select k, v insert into #Mine; from #Mine#window.length(1) as m join T#window.length(1) as t select m.k as k, t.v as v insert into O; end;',
    [['T', 1, 'x', 1], ['S', 2, 'a', 0], ['S', 3, 'b', 0], ['T', 4, 'x', 2]],
    [['a', 2], ['b', 2]],
  ],
  [
    'keeps inner streams apart',
    'partition with (k of S) begin from S[v > 1] select k, v insert into #Mid; from #Mid select k, sum(v) as total insert into O; end;',
    [['S', 1, 'a', 1], ['S', 2, 'a', 2], ['S', 3, 'b', 3], ['S', 4, 'a', 4]],
    [['a', 2], ['b', 3], ['a', 6]],
  ],
  [
    'has inner streams of one name in two partitions',
    'partition with (k of S) begin from S select v insert into #M; from #M select sum(v) as n insert into O; end; partition with (k of T) begin from T select v * 10 as v insert into #M; from #M select sum(v) as n insert into O; end;',
    [['S', 1, 'a', 1], ['T', 2, 'a', 1], ['S', 3, 'a', 1]],
    [[1], [10], [2]],
  ],
  [
    'matches patterns for each key',
    'partition with (k of S) begin from every e1=S[v == 1] -> e2=S[v == 2] within 10 milliseconds select e1.k as k insert into O; end;',
    [['S', 1, 'a', 1], ['S', 2, 'b', 2], ['S', 3, 'a', 2], ['S', 4, 'b', 1], ['S', 30, 'b', 2]],
    [['a']],
  ],
  [
    'matches sequences for each key, whatever comes between',
    'partition with (k of S) begin from every e1=S, e2=S[v > e1.v] select e1.k as k, e2.v as v insert into O; end;',
    [['S', 1, 'a', 1], ['S', 2, 'b', 5], ['S', 3, 'a', 2], ['S', 4, 'b', 4]],
    [['a', 2]],
  ],
  [
    'waits for absence for each key',
    'partition with (k of S) begin from every e1=S[v == 1] -> not S[v == 2] for 10 milliseconds select e1.k as k insert into O; end;',
    [['S', 1, 'a', 1], ['S', 2, 'b', 1], ['S', 5, 'a', 2], { advance: 50 }],
    [['b']],
  ],
  [
    'lets the windows of two keys end at the same time',
    'partition with (k of S) begin from S#window.timeBatch(10 milliseconds) select k, count() as n insert into O; end;',
    [['S', 1, 'a', 1], ['S', 1, 'b', 1], ['S', 2, 'a', 1], { advance: 50 }],
    [['a', 2], ['b', 1]],
  ],
  [
    'limits output for each key',
    'partition with (k of S) begin from S select k, v output last every 2 events insert into O; end;',
    [['S', 1, 'a', 1], ['S', 2, 'b', 2], ['S', 3, 'a', 3], ['S', 4, 'b', 4]],
    [['a', 3], ['b', 4]],
  ],
  [
    'shares tables between keys',
    "define table Seen (k string); partition with (k of S) begin from S[v == 1] select k insert into Seen; from S[(Seen.k == 'a') in Seen] select k, v insert into O; end;",
    [['S', 1, 'b', 5], ['S', 2, 'a', 1], ['S', 3, 'b', 6]],
    [['a', 1], ['b', 6]],
  ],
];

describe('a partition', () => {
  it.each(CASES)('%s', (_, text, sent, rows) => {
    expect(rowsOf(`${STREAMS} ${text}`, 'O', sent)).toEqual(rows);
  });

  it('cuts a chunk where the key changes', () => {
    const engine = new Engine(compile(`${STREAMS} partition with (k of S) begin from S select k, sum(v) as total insert into O; end;`));
    const rows: Row[] = [];
    engine.onStream('O', (batch) => rows.push(...batch.rows));
    engine.sendChunk('S', [1, 1, 1, 1], [['a', 1], ['a', 2], ['b', 5], ['a', 4]]);
    expect(rows).toEqual([['a', 3], ['b', 5], ['a', 7]]);
  });

  it('is heard by the name of its query, whatever the key', () => {
    const engine = new Engine(compile(`${STREAMS} partition with (k of S) begin @info(name='q') from S#window.length(1) select k insert all events into O; end;`));
    const heard: unknown[] = [];
    engine.onQuery('q', ({ arrived, removed }) => heard.push([arrived.map((one) => one.row), removed.map((one) => one.row)]));
    sendAll(engine, [['S', 1, 'a', 1], ['S', 2, 'b', 1], ['S', 3, 'a', 2]]);
    expect(heard).toEqual([[[['a']], []], [[['b']], []], [[['a']], [['a']]]]);
  });

  const COUNT = 'begin from S select k, count() as n insert into O; end;';

  it('forgets keys that were idle, and begins them anew', () => {
    const text = `${STREAMS} @purge(enable='true', interval='10 milliseconds', idle.period='20 milliseconds') partition with (k of S) ${COUNT}`;
    expect(rowsOf(text, 'O', [['S', 0, 'a', 1], ['S', 15, 'b', 1], ['S', 19, 'a', 1], ['S', 39, 'a', 1], ['S', 45, 'b', 1], { advance: 200 }, ['S', 201, 'a', 1]])).toEqual([['a', 1], ['b', 1], ['a', 2], ['a', 3], ['b', 1], ['a', 1]]);
  });

  it('holds no more keys than it may, forgetting the one idle for longest, and says so', () => {
    const engine = new Engine(compile(`${STREAMS} @limit(keys='2') partition with (k of S) ${COUNT}`));
    const rows: Row[] = [];
    engine.onStream('O', (batch) => rows.push(...batch.rows));
    sendAll(engine, [['S', 1, 'a', 1], ['S', 2, 'b', 1], ['S', 3, 'a', 1], ['S', 4, 'c', 1], ['S', 5, 'a', 1], ['S', 6, 'b', 1]]);
    expect(rows).toEqual([['a', 1], ['b', 1], ['a', 2], ['c', 1], ['a', 3], ['b', 1]]);
    expect(engine.bounds()).toEqual([{ what: 'keys of partition1', held: 2, max: 2, dropped: 2 }]);
  });

  it('forgets the timers of a key with the key', () => {
    const text = `${STREAMS} @limit(keys='1') partition with (k of S) begin from every e1=S -> not S for 10 milliseconds select e1.k as k insert into O; end;`;
    expect(rowsOf(text, 'O', [['S', 1, 'a', 1], ['S', 2, 'b', 1], { advance: 100 }])).toEqual([['b']]);
  });

  it.each([
    ['begin from S#window.timeBatch(10 milliseconds) select k, sum(v) as n insert into O; end;'],
    ['begin from S[v > 1] select k, v insert into #M; from every a=#M -> b=S[v > a.v] select a.k as k, b.v as v insert into O; end;'],
    ['begin from S#window.length(2) select k, sum(v) as n insert all events into O; end;'],
  ])('goes on from a snapshot: %s', (body) => {
    const app = compile(`${STREAMS} @purge(enable='true', interval='15 milliseconds', idle.period='30 milliseconds') partition with (k of S) ${body}`);
    const sent: Sent[] = Array.from({ length: 60 }, (_, index) => ['S', index * 3, 'abcde'[(index * index) % 5] ?? 'a', (index * 7) % 5]);
    const [whole, resumed]: [Row[], Row[]] = [[], []];
    const straight = new Engine(app);
    straight.onStream('O', (batch) => whole.push(...batch.rows));
    sendAll(straight, sent);
    const before = new Engine(app);
    before.onStream('O', (batch) => resumed.push(...batch.rows));
    sendAll(before, sent.slice(0, 31));
    const after = new Engine(app);
    after.onStream('O', (batch) => resumed.push(...batch.rows));
    after.restore(before.snapshot());
    sendAll(after, sent.slice(31));
    for (const engine of [straight, after]) engine.advance(1000);
    expect(resumed).toEqual(whole);
    expect(after.snapshot()).toEqual(straight.snapshot());
  });

  it.each([
    ['partition with (k of Q) begin from S select k insert into O; end;', ["2:22 There is no stream 'Q'."]],
    ['partition with (x of S) begin from S select k insert into O; end;', ["2:17 There is no attribute 'x' here."]],
    ['partition with (k of S, v of S) begin from S select k insert into O; end;', ["2:30 The partition has two keys for 'S'."]],
    ["partition with (v as 'x' of S) begin from S select k insert into O; end;", ['2:17 A range takes a bool, found int.']],
    ['from S select k insert into #O;', ["2:29 The inner stream '#O' exists in a partition only."]],
    ['from #I select k insert into O;', ["2:6 The inner stream '#I' exists in a partition only."]],
    ['partition with (k of S) begin from #I select k insert into O; end;', ["2:36 There is no stream '#I'."]],
    ["@purge(enable='maybe', idle.period='1 sec') partition with (k of S) begin from S select k insert into O; end;", ["2:8 'enable' of @purge is 'true' or 'false', found 'maybe'."]],
    ["@purge(enable='true', idle.period='soon') partition with (k of S) begin from S select k insert into O; end;", ["2:23 'idle.period' of @purge is a time such as '10 sec', found 'soon'."]],
    ["@purge(interval='1 sec') partition with (k of S) begin from S select k insert into O; end;", ["2:1 @purge has no 'enable'.", "2:1 @purge has no 'idle.period'."]],
    ["@limit(keys='0') partition with (k of S) begin from S select k insert into O; end;", ["2:8 'keys' of @limit is a whole number from 1 to 100000000, found '0'."]],
  ])('refuses %s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAMS}\n${text}`))).toEqual(errors);
  });
});
