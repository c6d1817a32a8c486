import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine, type Row } from '../index.ts';
import { errorsOf, sendAll, type Sent } from '../testing/run-app.ts';
import { specify, type Specified } from '../testing/specify.ts';

const STREAM = 'define stream S (k string, v int, ts long, c string);';

/** Events of `S` from (time, key, value); the attribute `ts` is the time too. */
function events(...list: readonly (readonly [time: number, k: string, v: number, c?: string])[]): Sent[] {
  return list.map(([time, k, v, c = '']) => ['S', time, k, v, time, c]);
}

const RISING = events([1000, 'a', 1], [1010, 'b', 2], [1030, 'a', 3], [1045, 'b', 4], [1100, 'a', 5]);

/** The window, what is asked of it, events, and the rows of `O`. */
const CASES: readonly (readonly [window: string, query: string, sent: readonly Sent[], rows: readonly Row[]])[] = [
  // session
  ['session(20 milliseconds)', 'select v insert expired events into O', [...RISING, { advance: 1200 }], [[1], [2], [3], [4], [5]]],
  ['session(20 milliseconds)', 'select sum(v) as n insert into O', RISING, [[1], [3], [3], [7], [5]]],
  ['session(20 milliseconds, k)', 'select k, sum(v) as n group by k insert into O', RISING, [['a', 1], ['b', 2], ['a', 3], ['b', 4], ['a', 5]]],
  ['session(20 milliseconds, k, 10 milliseconds)', 'select k, v insert expired events into O', [...RISING.slice(0, 2), { advance: 1200 }], [['a', 1], ['b', 2]]],
  ['session(20 milliseconds, k, 10 milliseconds)', 'select v insert expired events into O', [...events([1000, 'a', 1], [1025, 'a', 2]), ['S', 1026, 'a', 3, 0, ''], { advance: 1200 }], [[1], [2], [3]]],
  ['session(20 milliseconds, k, 10 milliseconds)', 'select sum(v) as n insert into O', events([1000, 'a', 1], [1025, 'a', 2], [1010, 'a', 4], [1040, 'a', 8]), [[1], [3], [7], [15]]],
  ['session(20 milliseconds, k)', 'select k insert expired events into O', [...events([1000, 'oven', 1], [1000, 'fan', 2], [1000, 'valve', 3]), { advance: 1200 }], [['fan'], ['oven'], ['valve']]],
  ['session(5000)', 'select sum(v) as n insert into O', events([1000, 'a', 1], [5999, 'b', 2], [11_001, 'a', 4]), [[1], [3], [4]]],
  ['session(20 milliseconds, k)', 'select v insert expired events into O', [['S', 1000, null, 1, 0, ''], ['S', 1001, null, 2, 0, ''], { advance: 1200 }], [[1], [2]]],
  // timeBatch
  ['timeBatch(20, -5)', 'select sum(v) as n insert into O', [...RISING, { advance: 1200 }], [[3], [3], [4], [5]]],
  // externalTimeBatch
  ['externalTimeBatch(ts, 20)', 'select sum(v) as n insert into O', RISING, [[3], [3], [4]]],
  ['externalTimeBatch(ts, 20, 990)', 'select sum(v) as n insert into O', RISING, [[1], [2], [7]]],
  ['externalTimeBatch(ts, 20)', 'select v insert expired events into O', RISING, [[1], [2], [3]]],
  ['externalTimeBatch(ts, 20, 0, 30)', 'select sum(v) as n insert into O', [...RISING.slice(0, 2), { advance: 1050 }], [[3]]],
  ['externalTimeBatch(ts, 20, 0, 30, true)', 'select ts, v insert into O', [...RISING.slice(0, 2), { advance: 1050 }], [[1020, 1], [1020, 2]]],
  // cron
  ["cron('0/10 * * * * ?')", 'select sum(v) as n insert into O', [...events([1000, 'a', 1], [9000, 'a', 2], [11_000, 'a', 4]), { advance: 30_000 }], [[3], [4]]],
  ["cron('0/10 * * * * ?')", 'select v insert expired events into O', [...events([1000, 'a', 1], [11_000, 'a', 2]), { advance: 30_000 }], [[1]]],
  // lossyFrequent
  ['lossyFrequent(0.5, 0.25, k)', 'select k, v insert into O', events([1, 'a', 1], [2, 'a', 2], [3, 'b', 3], [4, 'a', 4]), [['a', 1], ['a', 2], ['b', 3], ['a', 4]]],
  ['lossyFrequent(0.9, 0.1, k)', 'select k, v insert into O', events([1, 'a', 1], [2, 'b', 2], [3, 'b', 3], [4, 'b', 4], [5, 'b', 5]), [['a', 1], ['b', 5]]],
  // frequent
  ['frequent(2, k)', 'select k, v insert all events into O', events([1, 'valve', 1], [2, 'fan', 2], [3, 'oven', 3]), [['valve', 1], ['fan', 2], ['fan', 2], ['valve', 1], ['oven', 3]]],
  ['frequent(1)', 'select k insert expired events into O', events([1, 'a', 1], [2, 'a', 2], [3, 'b', 3], [4, 'b', 4], [5, 'b', 5]), [['a']]],
  ['frequent(1)', 'select k, v insert expired events into O', events([1, 'a', 1], [2, 'a', 2], [3, 'b', 3]), [['a', 1], ['a', 2]]],
  ['frequent(1)', 'select count() as n insert into O', events([1, 'a', 1], [2, 'a', 2]), [[1], [1]]],
  // expression
  ["expression('count() <= 2')", 'select sum(v) as n insert into O', RISING, [[1], [3], [5], [7], [9]]],
  ["expression('sum(v) < 8')", 'select v insert expired events into O', RISING, [[1], [2], [3], [4]]],
  ["expression('last.v - first.v < 2')", 'select count() as n insert into O', RISING, [[1], [2], [2], [2], [2]]],
  ["expression('eventTimestamp(last) - eventTimestamp(first) < 31')", 'select count() as n insert into O', RISING, [[1], [2], [3], [2], [1]]],
  ["expression('v < 3')", 'select v insert expired events into O', RISING.slice(0, 3), [[1]]],
  ['expression(c)', 'select count() as n insert into O', events([1, 'a', 1, 'count() <= 2'], [2, 'a', 1, 'count() <= 2'], [3, 'a', 1, 'count() <= 2'], [4, 'a', 1, 'count() <= 1']), [[1], [2], [2], [1]]],
  // An event that alone is refused leaves before it comes.
  ["expression('last.v < 2')", 'select distinctCount(k) as n, sizeOfSet(unionSet(createSet(k))) as u, stdDev(v) as d, sum(v) as s insert into O', RISING.slice(0, 3), [[1, 1, 0, 1], [0, 0, null, 0], [0, 0, null, 0]]],
  // expressionBatch
  ["expressionBatch('count() <= 2')", 'select sum(v) as n insert into O', RISING, [[3], [7]]],
  ["expressionBatch('count() <= 2', true)", 'select sum(v) as n insert into O', RISING, [[6], [9]]],
  ["expressionBatch('count() <= 2', false, true)", 'select sum(v) as n insert into O', RISING, [[1], [3], [3], [7], [5]]],
  ["expressionBatch('last.k == first.k')", 'select k, v insert into O', RISING.slice(0, 3), [['a', 1], ['b', 2]]],
  // hopping
  ['hopping(20 milliseconds, 10 milliseconds)', 'select sum(v) as n insert into O', [...events([1000, 'a', 1], [1005, 'a', 2], [1012, 'a', 4]), { advance: 1100 }], [[3], [6], [4]]],
  ['hopping(10 milliseconds, 20 milliseconds)', 'select v insert into O', [...events([1000, 'a', 1], [1012, 'a', 2]), { advance: 1100 }], [[2]]],
  ['hopping(20 milliseconds, 10 milliseconds)', 'select v insert expired events into O', [...events([1000, 'a', 1], [1012, 'a', 2]), { advance: 1100 }], [[1], [2], [2]]],
];

describe('a window, what is asked of it, and its answers', () => {
  specify(STREAM, CASES.map(([window, query, sent, rows]): Specified => [`${window}: ${query}`, `from S#window.${window} ${query};`, sent, rows]));
});

describe('a window without its word before it', () => {
  specify(STREAM, [
    ['is one all the same', 'from S[v > 1]#lengthBatch(2)[v < 4] select sum(v) as n insert into O;', RISING, [[5]]],
    ['also on a side of a join', 'from S#length(1) as l join S#length(1) as r on l.k != r.k select l.v as n, r.v as m insert into O;', RISING.slice(0, 2), [[2, 1]]],
  ]);

  it.each([
    ['define stream S (v int); from S#length(2)#window.time(5) select v insert into O;', ['1:42 A stream has at most one window.']],
    ['define stream S (v int); define aggregation A from S#length(2) select sum(v) as n aggregate every sec;', ['1:53 An aggregation takes a stream without a window.']],
    ['define window W (v int) length(2); from W#length(2) select v insert into O;', ["1:42 'W' is a window already; it takes filters and functions only."]],
    ['define stream S (v int); from S#lenght(2) select v insert into O;', ["1:33 There is no stream function 'lenght'."]],
  ])('is refused where one is: %s', (text, errors) => {
    expect(errorsOf(analyze(text))).toEqual(errors);
  });
});

describe('an expressionBatch by an attribute that is a bool', () => {
  const sent: Sent[] = [['S', 1, 1, true], ['S', 2, 2, true], ['S', 3, 4, false], ['S', 4, 8, true], ['S', 5, 16, false]];
  specify('define stream S (v int, more bool);', [
    ['holds events while it is true', 'from S#window.expressionBatch(more) select sum(v) as n insert into O;', sent, [[3], [12]]],
    ['is as if its name were the condition', "from S#window.expressionBatch('more', true) select sum(v) as n insert into O;", sent, [[7], [24]]],
    ['takes the other settings', 'from S#window.expressionBatch(more, true) select sum(v) as n insert into O;', sent, [[7], [24]]],
  ]);
});

describe('a window', () => {
  it('tells of a condition that an event brings and that is none, and goes on', () => {
    const engine = new Engine(compile(`${STREAM} from S#window.expression(c) select count() as n insert into O;`));
    const faults: string[] = [];
    engine.onFault(({ reason }) => faults.push(reason));
    sendAll(engine, events([1, 'a', 1, 'count('], [2, 'a', 1, 'v + 1'], [3, 'a', 1, 'count() < 5']));
    expect(faults).toEqual([expect.stringContaining("The condition 'count(' cannot be used"), expect.stringContaining("The condition 'v + 1' cannot be used")]);
  });

  it.each([
    ['length(-1)', ['2:22 The length of a window is from 0 to 10000000, found -1.']],
    ['time(-1)', ['2:20 The time of a window is from 0 to 4503599627370495.5, found -1.']],
    ['timeBatch(0)', ['2:25 The time of a window is from 1 to 4503599627370495.5, found 0.']],
    ['session(20 milliseconds, v)', ['2:15 The window session is written session(5 sec) or session(5 sec, key) or session(5 sec, key, latency), found a long constant, int.']],
    ['session(20 milliseconds, k, 30 milliseconds)', ['2:15 The latency of a session is at most its gap.']],
    ['externalTimeBatch(v, 20)', ['2:15 The window externalTimeBatch is written externalTimeBatch(timestamp, 5 sec) or externalTimeBatch(timestamp, 5 sec, start) or externalTimeBatch(timestamp, 5 sec, start, timeout) or externalTimeBatch(timestamp, 5 sec, start, timeout, replaceTimestamp), found int, an int constant.']],
    ['session(20 milliseconds, 10 milliseconds)', ['2:15 The window session is written session(5 sec) or session(5 sec, key) or session(5 sec, key, latency), found a long constant, a long constant.']],
    ["cron('every day')", ['2:20 A cron expression has six or seven fields, found 2.']],
    ['lossyFrequent(0.1, 0.2)', ['2:15 The error of lossyFrequent is less than its support.']],
    ['lossyFrequent(2.0)', ['2:15 The window lossyFrequent is written lossyFrequent(0.1, 0.01, attribute, …) or lossyFrequent(0.1), found a double constant.']],
    ["expression('v + 1')", ["2:26 The condition 'v + 1' cannot be used: A window takes a bool, found int."]],
    ["expression('other < 1')", ["2:26 The condition 'other < 1' cannot be used: There is no attribute 'other' here."]],
    ["expression('count() <')", ["2:26 The condition 'count() <' cannot be used: Found the end of the text, expected a value, an attribute or a function."]],
    ['expressionBatch(v)', ["2:15 The window expressionBatch is written expressionBatch('count() <= 20') or expressionBatch('count() <= 20', includeTriggeringEvent) or expressionBatch('count() <= 20', includeTriggeringEvent, streamCurrentEvents), found int."]],
    ["expressionBatch('count() <= 2', v > 3)", ["2:15 The window expressionBatch is written expressionBatch('count() <= 20') or expressionBatch('count() <= 20', includeTriggeringEvent) or expressionBatch('count() <= 20', includeTriggeringEvent, streamCurrentEvents), found a string constant, a computed bool."]],
    ['externalTimeBatch(ts, 20, ts - 5)', ['2:15 The window externalTimeBatch is written externalTimeBatch(timestamp, 5 sec) or externalTimeBatch(timestamp, 5 sec, start) or externalTimeBatch(timestamp, 5 sec, start, timeout) or externalTimeBatch(timestamp, 5 sec, start, timeout, replaceTimestamp), found long, an int constant, a computed long.']],
    ['hopping(20 milliseconds)', ['2:15 The window hopping is written hopping(5 sec, 1 sec), found a long constant.']],
    ['hopping(20 milliseconds, 0)', ['2:40 The hop of a window is from 1 to 4503599627370495.5, found 0.']],
  ])('refuses %s', (window, errors) => {
    expect(errorsOf(analyze(`${STREAM}\nfrom S#window.${window} select v insert into O;`))).toEqual(errors);
  });
});
