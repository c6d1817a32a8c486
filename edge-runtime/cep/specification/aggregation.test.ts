import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine } from '../index.ts';
import { ask, refusals } from '../testing/ask.ts';
import { errorsOf, rowsOf, sendAll, type Sent } from '../testing/run-app.ts';

const TRADES = 'define stream Trade (symbol string, price double, volume int, ts long);';
const APP = `${TRADES}
define aggregation Daily from Trade
select symbol, sum(volume) as total, avg(price) as mean, count() as n, min(price) as low, max(price) as high, distinctCount(volume) as kinds
group by symbol aggregate by ts every sec ... year;`;

/** 2024-03-31 23:59:58 UTC: two seconds before a minute, an hour, a day and a month end. */
const T = Date.UTC(2024, 2, 31, 23, 59, 58);
const EVENTS: readonly Sent[] = [
  ['Trade', 1000, 'A', 10, 5, T],
  ['Trade', 1001, 'B', 4, 1, T + 100],
  ['Trade', 1002, 'A', 20, 5, T + 900],
  ['Trade', 1003, 'A', 30, 7, T + 1000],
  ['Trade', 3000, 'A', 50, 9, T + 2000],
];
const ALL = 'within 0L, 4000000000000L';

describe('define aggregation', () => {
  it('keeps a row for each time and group, as fine as it is asked', () => {
    expect(ask(APP, EVENTS, `from Daily ${ALL} per 'seconds' select AGG_TIMESTAMP, symbol, total, mean, n, low, high, kinds`)).toEqual([
      [T, 'A', 10, 15, 2, 10, 20, 1],
      [T, 'B', 1, 4, 1, 4, 4, 1],
      [T + 1000, 'A', 7, 30, 1, 30, 30, 1],
      [T + 2000, 'A', 9, 50, 1, 50, 50, 1],
    ]);
  });

  it.each([
    ['sec', [T, T, T + 1000, T + 2000]],
    ['minutes', [T - 58_000, T - 58_000, T + 2000]],
    ['hour', [Date.UTC(2024, 2, 31, 23), Date.UTC(2024, 2, 31, 23), Date.UTC(2024, 3, 1)]],
    ['days', [Date.UTC(2024, 2, 31), Date.UTC(2024, 2, 31), Date.UTC(2024, 3, 1)]],
    ['Month', [Date.UTC(2024, 2, 1), Date.UTC(2024, 2, 1), Date.UTC(2024, 3, 1)]],
    ['years', [Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 1)]],
  ])('puts the parts of %s together', (per, times) => {
    const rows = ask(APP, EVENTS, `from Daily ${ALL} per '${per}' select AGG_TIMESTAMP, total`);
    expect(rows.map((one) => one[0])).toEqual(times);
    expect(rows.reduce((sum, one) => sum + Number(one[1]), 0)).toBe(27);
  });

  it.each([
    ["'2024-**-** **:**:**'", 4],
    ["'2024-03-** **:**:**'", 3],
    ["'2024-03-31 **:**:**'", 3],
    ["'2024-04-01 00:**:**'", 1],
    ["'2024-03-31 23:59:**'", 3],
    ["'2024-03-31 23:59:59'", 1],
    ["'2024-04-01 01:59:59 +02:00'", 1],
    ["'2024-04-01 **:**:** +01:00'", 4],
    ["'2024-03-31 23:59:59', '2024-04-01 00:00:00'", 1],
    [`${T}L, '2024-04-01 00:00:00'`, 3],
    [`${T + 1000}L, ${T + 3000}L`, 2],
    ["'2023-**-** **:**:**'", 0],
  ])('reads within %s', (within, count) => {
    expect(ask(APP, EVENTS, `from Daily within ${within} per 'seconds' select total`)).toHaveLength(count);
  });

  it('counts late events where they belong, however late they come', () => {
    const late: Sent[] = [...EVENTS, ['Trade', 90_000, 'A', 100, 5, T + 950], ['Trade', 9_000_000, 'A', 0, 1, T - 1]];
    expect(ask(APP, late, `from Daily on symbol == 'A' ${ALL} per 'sec' select AGG_TIMESTAMP, total, mean, n`, { timers: 'jump' })).toEqual([
      [T - 1000, 1, 0, 1],
      [T, 15, 130 / 3, 3],
      [T + 1000, 7, 30, 1],
      [T + 2000, 9, 50, 1],
    ]);
    expect(ask(APP, late, `from Daily on symbol == 'A' ${ALL} per 'months' select total, kinds`)).toEqual([[23, 3], [9, 1]]);
  });

  it("takes the event's own timestamp when nothing is said, and a late one for the second that is open", () => {
    const app = 'define stream S (k string, v int); define aggregation A from S select k, sum(v) as t, v as latest group by k aggregate every sec, min;';
    const sent: Sent[] = [['S', 5100, 'a', 1], ['S', 5200, 'a', 2], ['S', 4300, 'b', 5], ['S', 6300, 'b', 7], ['S', 5900, 'a', 9], ['S', 7300, 'b', 8]];
    const [seconds, minutes] = ask(app, sent, [`from A ${ALL} per 'sec'`, `from A ${ALL} per 'min'`]);
    expect(seconds).toEqual([[5000, 'a', 3, 2], [5000, 'b', 5, 5], [6000, 'b', 7, 7], [6000, 'a', 9, 9], [7000, 'b', 8, 8]]);
    expect(minutes).toEqual(expect.arrayContaining([[0, 'a', 12, 9], [0, 'b', 20, 8]]));
  });

  it('keeps of a plain value the latest, by the time of the events', () => {
    const app = `${TRADES} define aggregation A from Trade select symbol, price as last aggregate by ts every sec;`;
    expect(ask(app, [['Trade', 1, 'A', 1, 1, 500], ['Trade', 2, 'B', 2, 1, 900], ['Trade', 3, 'C', 3, 1, 700]], `from A ${ALL} per 'sec'`)).toEqual([[0, 'B', 2]]);
  });

  it('takes times in text too, and leaves an event out whose time cannot be read', () => {
    const app = 'define stream S (v int, at string); define aggregation A from S select sum(v) as t aggregate by at every sec;';
    const engine = new Engine(compile(app));
    const faults: string[] = [];
    engine.onFault((batch) => faults.push(batch.reason));
    sendAll(engine, [['S', 1, 1, '2017-06-01 04:05:50'], ['S', 2, 2, '2017-06-01 04:05:50 +05:00'], ['S', 3, 4, '2017-06-31 04:05:50'], ['S', 4, 8, null]]);
    expect(engine.query(`from A ${ALL} per 'sec'`).rows).toEqual([[1496271950000, 2], [1496289950000, 1]]);
    expect(faults).toEqual(["'A' has no use for an event without a time, found \"2017-06-31 04:05:50\".", "'A' has no use for an event without a time, found null."]);
  });

  it('leaves missing values out: no sum of nothing, no part in an average, but counted as an event', () => {
    const app = 'define stream S (v int); define aggregation A from S select sum(v) as s, avg(v) as a, count() as n, min(v) as low, distinctCount(v) as d aggregate every sec;';
    expect(ask(app, [['S', 1, null]], `from A ${ALL} per 'sec'`)).toEqual([[0, null, null, 1, null, 1]]);
    expect(ask(app, [['S', 1, null], ['S', 2, 2], ['S', 3, 3]], `from A ${ALL} per 'sec'`)).toEqual([[0, 5, 2.5, 3, 2, 3]]);
  });

  it('adds longs exactly', () => {
    const app = 'define stream S (v long); define aggregation A from S select sum(v) as s aggregate every sec;';
    expect(ask(app, [['S', 1, 9_007_199_254_740_991], ['S', 2, 9_007_199_254_740_991]], `from A ${ALL} per 'sec' select s`)).toEqual([[18_014_398_509_481_982n]]);
  });

  it('filters what comes in, and takes a stream that a query makes', () => {
    const app = `${TRADES} from Trade select volume * 2 as twice insert into Doubled; define aggregation A from Doubled[twice > 4] select sum(twice) as s aggregate every min;`;
    expect(ask(app, [['Trade', 1, 'A', 1, 2, 0], ['Trade', 2, 'A', 1, 3, 0], ['Trade', 3, 'A', 1, 4, 0]], `from A ${ALL} per 'min' select s`)).toEqual([[14]]);
  });

  it('goes on from a snapshot as if it had never stopped', () => {
    const engine = new Engine(compile(APP));
    sendAll(engine, EVENTS.slice(0, 3));
    const again = new Engine(compile(APP));
    again.restore(engine.snapshot());
    sendAll(again, EVENTS.slice(3));
    sendAll(engine, EVENTS.slice(3));
    for (const per of ['sec', 'min', 'days', 'years']) {
      const query = `from Daily ${ALL} per '${per}'`;
      expect(again.query(query)).toEqual(engine.query(query));
    }
    expect(again.snapshot()).toEqual(engine.snapshot());
  });
});

describe('@purge of an aggregation', () => {
  const app = (purge: string): string => `define stream S (v int); ${purge} define aggregation A from S select sum(v) as s aggregate every sec ... hour;`;
  const sent: Sent[] = [['S', 0, 1], ['S', 200_000, 2], ['S', 300_000, 4], ['S', 1_000_000, 8]];

  it('removes what is older than its retention at each interval, and leaves the coarser rows alone', () => {
    const [seconds, minutes] = ask(app("@purge(enable='true', interval='100 sec', @retentionPeriod(sec='200 sec', min='all'))"), sent, [`from A ${ALL} per 'sec' select s`, `from A ${ALL} per 'min' select s`]);
    expect(seconds).toEqual([[8]]);
    expect(minutes).toEqual([[1], [2], [4], [8]]);
  });

  it('removes seconds after two minutes, looked after every quarter of an hour, when nothing is said', () => {
    expect(ask(app(''), sent, `from A ${ALL} per 'sec' select s`)).toEqual([[8]]);
    expect(ask(app(''), sent.slice(0, 3), `from A ${ALL} per 'sec' select s`)).toEqual([[1], [2], [4]]);
  });

  it("keeps all with enable='false'", () => {
    expect(ask(app("@purge(enable='false')"), sent, `from A ${ALL} per 'sec' select s`)).toEqual([[1], [2], [4], [8]]);
  });
});

describe('joining an aggregation', () => {
  const joined = (join: string): string => `${APP} define stream Ask (symbol string, from_ long, to_ long, per string);
    @info(name='q') from Ask as a ${join} join Daily as d on a.symbol == d.symbol within a.from_, a.to_ per a.per select a.symbol as symbol, d.AGG_TIMESTAMP as time, d.total as total insert into Out;`;

  it('reads the range that the event itself asks for', () => {
    const sent: Sent[] = [...EVENTS, ['Ask', 4000, 'A', T, T + 2000, 'sec'], ['Ask', 4001, 'A', 0, T + 9000, 'years'], ['Ask', 4002, 'Z', 0, T, 'sec']];
    expect(rowsOf(joined(''), 'Out', sent)).toEqual([['A', T, 10], ['A', T + 1000, 7], ['A', Date.UTC(2024, 0, 1), 26]]);
    expect(rowsOf(joined('left outer'), 'Out', sent).at(-1)).toEqual(['Z', null, null]);
  });

  it('reads a constant range, from either side', () => {
    const app = `${APP} define stream Ask (symbol string); from Daily join Ask as a on Daily.symbol == a.symbol within '2024-**-** **:**:**' per 'days' select AGG_TIMESTAMP, n insert into Out;`;
    expect(rowsOf(app, 'Out', [...EVENTS, ['Ask', 4000, 'A']])).toEqual([[Date.UTC(2024, 2, 31), 3], [Date.UTC(2024, 3, 1), 1]]);
  });

  it('leaves an event out that asks for what there is not, and goes on', () => {
    const engine = new Engine(compile(joined('')));
    const faults: string[] = [];
    engine.onFault((batch) => faults.push(batch.reason));
    sendAll(engine, [...EVENTS, ['Ask', 4000, 'A', 5, 5, 'sec'], ['Ask', 4001, 'A', 0, 5, 'weeks'], ['Ask', 4002, 'A', null, 5, 'sec']]);
    expect(faults).toEqual([
      "The start of 'within' lies before its end, found 5 and 5.",
      "'Daily' is aggregated by sec, min, hour, day, month, year, found per 'weeks'.",
      expect.stringContaining("or two of them, found 'null', '5'."),
    ]);
  });
});

describe('a range of an aggregation', () => {
  const sent: Sent[] = [['S', 65_000, 1, 65_000], ['S', 65_500, 2, 65_500], ['S', 66_000, 4, 66_000]];
  const questions = ['60000L, 61000L', '60001L, 120000L', '65000L, 66000L', '60000L, 120000L'].map((range) => `from A within ${range} per 'min' select t`);
  const app = (by: string): string => `define stream S (v int, ts long); define aggregation A from S select sum(v) as t aggregate ${by} every sec, min;`;

  it('is of the rows that stand in it, where events count when they come', () => {
    expect(ask(app(''), sent, questions)).toEqual([[[7]], [], [], [[7]]]);
  });

  it('is of what is in the row, where events have a time of their own, as long as their second is open', () => {
    expect(ask(app('by ts'), sent, questions)).toEqual([[[3]], [[4]], [], [[7]]]);
  });
});

describe('what is wrong with an aggregation', () => {
  it.each([
    ['from S select k, sum(v + 1) as t aggregate every sec', 'sum takes a plain attribute in an aggregation.'],
    ['from S aggregate every sec', "Found 'aggregate', expected 'select' in the aggregation 'A'."],
    ['from S select k, stdDev(v) as t aggregate every sec', 'stdDev cannot be put together from parts; an aggregation has sum, avg, count, min, max, distinctCount.'],
    ['from S select k, sum(k) as t aggregate every sec', 'sum takes a number, found string.'],
    ['from S select k, distinctCount() as t aggregate every sec', 'distinctCount takes one argument.'],
    ['from S select k, sum(v, v) as t aggregate every sec', 'sum takes at most one argument in an aggregation, found 2.'],
    ['from S select k, sum(v) as k aggregate every sec', "'k' is put out twice."],
    ['from S select sum(v) as AGG_TIMESTAMP aggregate every sec', "'AGG_TIMESTAMP' is put out twice."],
    ['from S select k, sum(v) + 1 as t aggregate every sec', "sum is an aggregator; it stands in 'select', in 'having' or in a stream's filter only."],
    ['from S select k, sum(v) as t group by z aggregate every sec', "There is no attribute 'z' here."],
    ['from S select k, sum(v) as t aggregate by v every sec', "'aggregate by' takes a long or a string such as '2024-05-06 07:08:09', found int."],
    ['from S#window.length(5) select k, sum(v) as t aggregate every sec', 'An aggregation takes a stream without a window.'],
    ['from X select k aggregate every sec', "There is no stream 'X'."],
    ['from S select k, sum(v) as t aggregate every year ... sec', 'A range goes from a shorter to a longer time, found year ... sec.'],
    ['from S select k, sum(v) as t aggregate every fortnight', "Found 'fortnight', expected 'sec', 'min', 'hour', 'day', 'month' or 'year'."],
  ])('%s', (rest, message) => {
    expect(errorsOf(analyze(`define stream S (k string, v int); define aggregation A ${rest};`)).map((one) => one.replace(/^\d+:\d+ /, ''))).toContain(message);
  });

  it.each([
    ["@purge(enable='maybe')", "'enable' of @purge is 'true' or 'false', found 'maybe'."],
    ["@purge(interval='often')", "'interval' of @purge is a time such as '10 min', found 'often'."],
    ["@purge(@retentionPeriod(sec='10 sec'))", "What is aggregated by sec is kept for at least 2 minutes, since coarser rows are made of it; found '10 sec'."],
    ["@purge(@retentionPeriod(day='2 years'))", "'A' is not aggregated by 'day', only by sec, min."],
    ["@primaryKey('k')", "'A' has a primary key already: its time and groups."],
    ["@store(type='rdbms')", 'Aggregations are in memory; @store is not supported.'],
    ['@PartitionById', '@PartitionById divides an aggregation between servers, which is not supported.'],
  ])('%s', (annotation, message) => {
    const text = `define stream S (k string, v int); ${annotation} define aggregation A from S select k, sum(v) as t aggregate every sec, min;`;
    expect(errorsOf(analyze(text)).map((one) => one.replace(/^\d+:\d+ /, ''))).toEqual([message]);
  });

  it('is taken where it says that it is not divided', () => {
    expect(errorsOf(analyze("define stream S (v int); @PartitionById(enable='false') define aggregation A from S select sum(v) as t aggregate every sec;"))).toEqual([]);
  });

  it.each([
    ["from Daily within 5L, 9L per 'weeks'", "1:30 'per' takes 'seconds', 'minutes', 'hours', 'days', 'months' or 'years', found 'weeks'."],
    ["from Daily within 9L, 5L per 'days'", "1:19 The start of 'within' lies before its end, found 9 and 5."],
    ["from Daily within 5 per 'days'", "1:19 'within' takes one string, or a start and an end, found int."],
    ["from Daily within 5, 9L per 'days'", "1:19 A start or end of 'within' is a long or a string, found int."],
    ["from Daily within '2024' per 'days'", expect.stringMatching(/^1:19 'within' takes 'yyyy-MM-dd HH:mm:ss' with \*\*/)],
    ['from Daily within 5L, 9L per 5', "1:30 'per' takes a string such as 'hours', found int."],
    ['from Daily', "1:6 The aggregation 'Daily' is read with 'within' and 'per'."],
  ])('%s', (query, message) => {
    expect(refusals(APP, query)).toEqual([message]);
  });
});
