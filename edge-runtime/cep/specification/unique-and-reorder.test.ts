import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine } from '../index.ts';
import { errorsOf, rowsOf, sendAll, type Sent } from '../testing/run-app.ts';

const STREAM = 'define stream S (k string, v int, ts long);';

/** What arrives and what leaves, as `+v` and `-v`. */
function moves(window: string, sent: readonly Sent[], expected = 'all events'): string {
  const engine = new Engine(compile(`${STREAM} @info(name='q') from S#${window} select k, v insert ${expected} into Out;`));
  const heard: string[] = [];
  engine.onQuery('q', ({ arrived, removed }) => heard.push([...removed.map(({ row }) => `-${String(row[1])}`), ...arrived.map(({ row }) => `+${String(row[1])}`)].join(' ')));
  sendAll(engine, sent);
  return heard.join(', ');
}

const EVENTS: readonly Sent[] = [['S', 1000, 'a', 1, 0], ['S', 1001, 'b', 2, 0], ['S', 1002, 'a', 3, 0], ['S', 1003, 'c', 4, 0], ['S', 1004, 'd', 5, 0], ['S', 1005, 'b', 6, 0]];

describe('unique windows keep one event of each key', () => {
  it.each([
    ['unique:ever(k)', '+1, +2, -1 +3, +4, +5, -2 +6'],
    ['unique:length(k, 2)', '+1, +2, -1 +3, -2 +4, -3 +5, -4 +6'],
    ['unique:first(k)', '+1, +2, +4, +5'],
    ['unique:lengthBatch(k, 3)', '+2 +3 +4'],
    ['unique:firstLengthBatch(k, 3)', '+1 +2 +4'],
    ['window.unique:ever(k)', '+1, +2, -1 +3, +4, +5, -2 +6'],
    ['unique:first(v % 3)', '+1, +2, +3'],
    ['unique:deduplicate(ifThenElse(v > 3, k, k), 1 sec)', '+1, +2, +4, +5'],
    ["unique:ever(k, v > 3)", '+1, +2, -1 +3, +4, +5, +6'],
  ])('%s', (window, expected) => {
    expect(moves(window, EVENTS)).toBe(expected);
  });

  it('by a time that events carry: the latest of each key, a batch when the next begins, or when nothing more comes', () => {
    const at = (clock: number, key: string, value: number, time: number): Sent => ['S', clock, key, value, time];
    const sent = [at(1, 'a', 1, 1000), at(2, 'b', 2, 1500), at(3, 'a', 3, 1900), at(4, 'c', 4, 2100), at(5, 'c', 5, 2200), at(6, 'a', 6, 3500)];
    expect(moves('unique:externalTimeBatch(k, ts, 1 sec)', sent, 'events')).toBe('+2 +3, +5');
    expect(moves('unique:externalTimeBatch(k, ts, 1 sec)', sent)).toBe('+2 +3, -2 -3 +5');
    expect(moves('unique:externalTimeBatch(k, ts, 1 sec, 0, 10 millisec)', [at(1, 'a', 1, 1000), at(2, 'a', 2, 1100), { advance: 20 }, at(21, 'a', 3, 1200), at(22, 'b', 4, 1300), { advance: 40 }], 'events')).toBe('+2, +3 +4');
  });

  it.each([
    ['unique:time(k, 3 millisec)', '+1, +2, -1 +3, +4, -2, +5, -3, +6, -4, -5, -6'],
    ['unique:timeBatch(k, 3 millisec)', '+2 +3, -2 -3 +4 +5 +6'],
    ['unique:firstTimeBatch(k, 3 millisec)', '+1 +2, -1 -2 +4 +5 +6'],
    ['unique:timeLengthBatch(k, 3 millisec, 2)', '+1 +2, -1 -2 +3 +4, -3 -4 +5 +6'],
    ['unique:deduplicate(k, 3 millisec)', '+1, +2, +4, +5, +6'],
  ])('%s', (window, expected) => {
    const flat = (text: string): string => text.replaceAll(', ', ' ');
    expect(flat(moves(window, [...EVENTS, { advance: 2000 }]))).toBe(flat(expected));
  });

  it('aggregates what they hold', () => {
    expect(rowsOf(`${STREAM} from S#unique:ever(k) select sum(v) as s insert into Out;`, 'Out', EVENTS)).toEqual([[1], [3], [5], [9], [14], [18]]);
  });

  it('goes on from a snapshot as if it had never stopped', () => {
    for (const window of ['unique:ever(k)', 'unique:ever(v % 2, k)', 'unique:length(k, 2)', 'unique:time(k, 3 millisec)', 'unique:timeBatch(k, 3 millisec)', 'unique:first(k)', 'reorder:kslack(ts)', 'reorder:kslack(ts, 5L)']) {
      const app = compile(`${STREAM} from S#${window} select sum(v) as s insert into Out;`);
      const later: Sent[] = [...EVENTS.slice(3), { advance: 1010 }];
      const [straight, restored] = [new Engine(app), new Engine(app)];
      sendAll(straight, EVENTS.slice(0, 3));
      restored.restore(straight.snapshot());
      const rows: unknown[][] = [[], []];
      [straight, restored].forEach((engine, index) => engine.onStream('Out', (batch) => rows[index]?.push(...batch.rows)));
      sendAll(straight, later);
      sendAll(restored, later);
      expect(rows[1], window).toEqual(rows[0]);
      expect(restored.snapshot(), window).toEqual(straight.snapshot());
    }
  });

  it.each([
    ['unique:ever()', 'The window unique:ever is written unique:ever(key, …), found nothing.'],
    ['unique:length(k)', 'The window unique:length is written unique:length(key, count), found string.'],
    ['unique:time(k, v)', 'The window unique:time is written unique:time(key, 5 sec), found string, int.'],
    ['unique:ever(5)', 'The window unique:ever is written unique:ever(key, …), found an int constant.'],
    ['unique:ever(sum(v))', "sum is an aggregator; it stands in 'select', in 'having' or in a stream's filter only."],
    ['unique:evr(k)', "There is no stream function 'unique:evr'."],
    ['window.unique:evr(k)', "There is no window 'unique:evr'."],
  ])('%s', (window, message) => {
    expect(errorsOf(analyze(`${STREAM} from S#${window} select k insert into Out;`)).map((one) => one.replace(/^\d+:\d+ /, ''))).toEqual([message]);
  });
});

describe('reorder:kslack', () => {
  const TIMES = [100, 200, 150, 300, 250, 260, 400, 390, 500, 600, 610, 605, 700, 1000, 900, 1200];
  const SENT: readonly Sent[] = TIMES.map((time, index) => ['S', 1000 + index, 'x', index, time]);
  const times = (form: string): unknown[] => rowsOf(`${STREAM} from S#reorder:kslack(${form}) select ts insert into Out;`, 'Out', [...SENT, { advance: 5000 }]).map((row) => row[0]);

  it('puts events in order, once it has seen how late they come', () => {
    expect(times('ts')).toEqual([100, 200, 150, 250, 260, 300, 390, 400, 500, 600, 605, 610, 700, 900]);
  });

  it('lets go what waits when the time is over', () => {
    expect(times('ts, 50L')).toEqual([100, 200, 150, 250, 260, 300, 390, 400, 500, 600, 605, 610, 700, 900, 1000, 1200]);
  });

  it('leaves out what comes after later events have gone on', () => {
    expect(times('ts, true')).toEqual([100, 200, 300, 400, 500, 600, 610, 700, 1000, 1200]);
    expect(times('ts, -1L, 100L, true')).toEqual([100, 200, 300, 400, 500, 600, 610, 700, 1000, 1200]);
  });

  it('stands before a window', () => {
    const app = `${STREAM} from S#reorder:kslack(ts)#window.length(2) select sum(ts) as s insert into Out;`;
    expect(rowsOf(app, 'Out', SENT.slice(0, 7))).toEqual([[100], [300], [350], [400]]);
  });

  it.each([
    ['v', 'found int'],
    ['ts, 50L, 100L, true, 5', 'found long, a long constant, a long constant, a bool constant, an int constant'],
  ])('kslack(%s) is refused', (form, found) => {
    expect(errorsOf(analyze(`${STREAM} from S#reorder:kslack(${form}) select k insert into Out;`))[0]).toContain(found);
  });
});

describe('reorder:akslack', () => {
  /** Each sixth event comes late: by 20 ms at first, and by 100 ms later. */
  const SENT: readonly Sent[] = Array.from({ length: 120 }, (_, index): Sent => ['S', 1000 + index * 10, 'x', 100 + (index % 7), index * 10 - (index % 6 === 5 ? (index < 40 ? 20 : 100) : 0)]);
  const times = (form: string, sent: readonly Sent[] = SENT): number[] => rowsOf(`${STREAM} from S#reorder:akslack(${form}) select ts insert into Out;`, 'Out', sent).map((row) => Number(row[0]));
  const late = (list: readonly number[]): number => list.filter((time, index) => time < Math.max(...list.slice(0, index))).length;

  it('is as kslack until a batch of events has shown what waiting is worth', () => {
    expect(times('ts, v')).toEqual(rowsOf(`${STREAM} from S#reorder:kslack(ts) select ts insert into Out;`, 'Out', SENT).map((row) => row[0]));
  });

  it('then waits less than kslack, and lets some go late that aggregates bear', () => {
    const [hasty, patient] = [times('ts, v, 15L'), times('ts, v')];
    expect(hasty.length).toBeGreaterThan(patient.length);
    expect(late(hasty)).toBeGreaterThan(late(patient));
  });

  it('lets everything go in order when the time is over, and leaves out what is late then', () => {
    const sent: Sent[] = [['S', 1000, 'x', 1, 100], ['S', 1001, 'x', 1, 90], ['S', 1002, 'x', 1, 80], { advance: 1060 }, ['S', 1070, 'x', 1, 85], ['S', 1080, 'x', 1, 70], { advance: 1200 }];
    expect(times('ts, v, 20L, 50L', sent)).toEqual([100, 80, 90, 70, 85]);
    expect(times('ts, v, 20L, 50L, -1L, true', sent)).toEqual([100]);
  });

  it('goes on from a snapshot as if it had never stopped', () => {
    const app = compile(`${STREAM} from S#reorder:akslack(ts, v, 15L, -1L, -1L, false, 0.2, 0.9) select ts insert into Out;`);
    const [straight, before, after] = [new Engine(app), new Engine(app), new Engine(app)];
    const rows: unknown[][] = [[], []];
    straight.onStream('Out', (batch) => rows[0]?.push(...batch.rows));
    for (const one of [before, after]) one.onStream('Out', (batch) => rows[1]?.push(...batch.rows));
    sendAll(straight, SENT);
    sendAll(before, SENT.slice(0, 50));
    after.restore(before.snapshot());
    sendAll(after, SENT.slice(50));
    expect(rows[1]).toEqual(rows[0]);
    expect(after.snapshot()).toEqual(straight.snapshot());
  });

  it.each([
    ['ts', 'found long.'],
    ['ts, k', 'found long, string.'],
    ['ts, v, 20L, 50L, -1L, true, 0.1', 'found long, int, a long constant'],
    ['ts, v, 20L, 50L, -1L, true, 2.0, 0.9', 'found long, int, a long constant'],
    ['ts, v, 0L', 'The batch of a window is from 1'],
  ])('akslack(%s) is refused', (form, found) => {
    expect(errorsOf(analyze(`${STREAM} from S#reorder:akslack(${form}) select k insert into Out;`))[0]).toContain(found);
  });
});

describe('tokenizers make several events of one', () => {
  const tokens = (call: string, select: string): unknown[] => rowsOf(`define stream S (k string, i int); from S#${call} select ${select} insert into Out;`, 'Out', [['S', 1, 'a,b;a', 7], ['S', 2, null, 8]]);

  it.each([
    ["str:tokenize(k, '[,;]')", 'i, token', [[7, 'a'], [7, 'b'], [7, 'a']]],
    ["str:tokenize(k, '[,;]', true)", 'token', [['a'], ['b']]],
    ['list:tokenize(list:create(i, 2))', 'index, value', [[0, 7], [1, 2], [0, 8], [1, 2]]],
    ['list:tokenize(list:create(i, 2), list:create(5))', 'index, value', [[0, [7, 5]], [1, [2, null]], [0, [8, 5]], [1, [2, null]]]],
    ["map:tokenize(map:create('a', i))", 'key, value', [['a', 7], ['a', 8]]],
    ["json:tokenize('[1,{\"a\":2}]', '$')", 'i, jsonElement', [[7, '1'], [7, '{"a":2}'], [8, '1'], [8, '{"a":2}']]],
    ["json:tokenizeAsObject('{\"l\":[1,2]}', '$.l')", 'jsonElement', [[1], [2], [1], [2]]],
    ["json:tokenize('{}', '$.none')", 'i', []],
    ["json:tokenize('{}', '$.none', false)", 'i, jsonElement', [[7, null], [8, null]]],
  ])('#%s', (call, select, rows) => {
    expect(tokens(call, select)).toEqual(rows);
  });

  it('refuses what it cannot take', () => {
    expect(errorsOf(analyze("define stream S (k string, i int); from S#str:tokenize(i, ',') select i insert into Out;"))).toEqual(["1:43 str:tokenize is written #str:tokenize(text, 'regular expression', [distinct]), found int, string."]);
    expect(errorsOf(analyze("define stream S (k string, i int); from S#str:tokenize(k, '(') select i insert into Out;"))).toEqual(['1:43 str:tokenize takes a regular expression: the ( at 1 is not closed.']);
  });
});
