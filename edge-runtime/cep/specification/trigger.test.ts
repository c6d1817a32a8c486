import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine, type Row } from '../index.ts';
import { parseCron } from '../operators/cron.ts';
import { errorsOf, rowsOf, sendAll, type Sent } from '../testing/run-app.ts';

const STREAM = 'define stream S (k string, v int);';

describe('a trigger', () => {
  it.each<readonly [name: string, trigger: string, sent: readonly Sent[], rows: readonly Row[]]>([
    ['rings at the start', "at 'start'", [['S', 1000, 'a', 1], ['S', 2000, 'a', 1]], [[1000]]],
    ['rings every so often from the start', 'at every 10 milliseconds', [['S', 1000, 'a', 1], { advance: 1035 }], [[1010], [1020], [1030]]],
    ['rings by the calendar', "at '0/20 * * * * ?'", [['S', 1000, 'a', 1], { advance: 61_000 }], [[20_000], [40_000], [60_000]]],
  ])('%s', (_, trigger, sent, rows) => {
    expect(rowsOf(`${STREAM} define trigger Clock ${trigger}; from Clock select triggered_time insert into O;`, 'O', sent)).toEqual(rows);
  });

  it('counts from the start that the engine was given', () => {
    const text = `${STREAM} define trigger Clock at every 10 milliseconds; from Clock select triggered_time insert into O;`;
    expect(rowsOf(text, 'O', [['S', 1000, 'a', 1], { advance: 1015 }], { start: 995 })).toEqual([[1005], [1015]]);
  });

  it.each([
    [20_000, [[20_000], [40_000]]],
    [20_999, [[20_999], [40_000]]],
    [21_000, [[40_000]]],
  ])('rings at a start in a second of its calendar: at %d', (start, rows) => {
    const text = `${STREAM} define trigger Clock at '0/20 * * * * ?'; from Clock select triggered_time insert into O;`;
    expect(rowsOf(text, 'O', [{ advance: start + 100 }, { advance: 45_000 }], { start })).toEqual(rows);
  });

  it('sets a join off', () => {
    const text = `${STREAM} define trigger Clock at every 10 milliseconds; define window W (k string, v int) length(5); from S select k, v insert into W; from Clock join W select W.v as v insert into O;`;
    expect(rowsOf(text, 'O', [['S', 1, 'a', 7], ['S', 5, 'a', 8], { advance: 12 }])).toEqual([[7], [8]]);
  });

  it('tells the host when it waits', () => {
    const engine = new Engine(compile(`define trigger Clock at every 10 milliseconds; from Clock select triggered_time insert into O;`));
    expect(engine.nextTimer()).toBe(0);
    engine.advance(1000);
    expect(engine.nextTimer()).toBe(1010);
  });

  it('goes on from a snapshot, and does not start twice', () => {
    const app = compile(`define trigger Begin at 'start'; define trigger Clock at every 10 milliseconds; from Begin select triggered_time insert into O; from Clock select triggered_time insert into O;`);
    const rows: Row[] = [];
    const before = new Engine(app);
    before.onStream('O', (batch) => rows.push(...batch.rows));
    sendAll(before, [{ advance: 1000 }, { advance: 1015 }]);
    const after = new Engine(app);
    after.onStream('O', (batch) => rows.push(...batch.rows));
    after.restore(before.snapshot());
    sendAll(after, [{ advance: 1022 }]);
    expect(rows).toEqual([[1000], [1010], [1020]]);
  });

  it.each([
    ["define trigger Clock at 'often';", ['2:1 A cron expression has six or seven fields, found 1.']],
    ["define trigger Clock at '61 * * * * ?';", ["2:1 A cron expression does not understand the second '61'."]],
    ['define trigger S at every 1 sec;', ["2:16 'S' is defined twice."]],
    ['define trigger Clock at every 1 sec; from S select v insert into Clock;', ["2:66 'Clock' has (triggered_time long), this query puts out (v int)."]],
  ])('refuses %s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAM}\n${text}`))).toEqual(errors);
  });
});

describe('a cron expression', () => {
  const from = Date.UTC(2024, 1, 28, 10, 15, 30, 500);
  it.each([
    ['* * * * * ?', '2024-02-28T10:15:31'],
    ['0 * * * * ?', '2024-02-28T10:16:00'],
    ['0/20 * * * * ?', '2024-02-28T10:15:40'],
    ['0 0 12 * * ?', '2024-02-28T12:00:00'],
    ['0 0 9 * * ?', '2024-02-29T09:00:00'],
    ['0 0 0 L * ?', '2024-02-29T00:00:00'],
    ['0 0 0 30 * ?', '2024-03-30T00:00:00'],
    ['0 0 0 ? * MON', '2024-03-04T00:00:00'],
    ['0 0 0 ? * FRI-SUN', '2024-03-01T00:00:00'],
    ['0 0 0 ? * 6#3', '2024-03-15T00:00:00'],
    ['0 0 0 ? * 5L', '2024-02-29T00:00:00'],
    ['0 0 0 LW * ?', '2024-02-29T00:00:00'],
    ['0 0 0 2W 3 ?', '2024-03-01T00:00:00'],
    ['0 0 0 1 JAN,JUL ?', '2024-07-01T00:00:00'],
    ['0 0 0 29 2 ? 2025-2030', '2028-02-29T00:00:00'],
    ['0 10-20/5 10 * * ?', '2024-02-28T10:20:00'],
  ])('%s', (text, expected) => {
    const cron = parseCron(text);
    if ('wrong' in cron) throw new Error(cron.wrong);
    expect(new Date(cron.next(from) ?? 0).toISOString()).toBe(`${expected}.000Z`);
  });

  it('ends with its years', () => {
    const cron = parseCron('0 0 0 1 1 ? 2020');
    if ('wrong' in cron) throw new Error(cron.wrong);
    expect(cron.next(from)).toBeUndefined();
  });

  it.each(['', '* * * *', '60 * * * * ?', '* * 24 * * ?', '* * * 32 * ?', '* * * 1 * MON', '* * * ? 13 MON', 'x * * * * ?', '0/0 * * * * ?', '* * * ? * 8'])('refuses %j', (text) => {
    expect(parseCron(text)).toHaveProperty('wrong');
  });
});
