import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine, type Row } from '../index.ts';
import { errorsOf, rowsOf, sendAll, type Sent } from '../testing/run-app.ts';
import { specify, type Specified } from '../testing/specify.ts';

const STREAM = 'define stream S (k string, v int);';

/** Six events of two kinds. */
const SIX: readonly Sent[] = [['S', 1, 'a', 1], ['S', 2, 'b', 2], ['S', 3, 'a', 3], ['S', 4, 'b', 4], ['S', 5, 'a', 5], ['S', 6, 'b', 6]];
/** An event every 4 ms from 1000 on, with the clock moved on to 1060. */
const TIMED: readonly Sent[] = [['S', 1000, 'a', 1], ['S', 1004, 'b', 2], ['S', 1008, 'a', 3], ['S', 1012, 'a', 4], ['S', 1032, 'b', 5], { advance: 1060 }];

/** What is asked for, the query up to `insert`, the events, and the rows of `O`. */
const CASES: readonly (readonly [name: string, query: string, sent: readonly Sent[], rows: readonly Row[]])[] = [
  ['all of every n', 'from S select v output all every 4 events', SIX, [[1], [2], [3], [4]]],
  ['all is what is meant without a word', 'from S select v output every 3 events', SIX, [[1], [2], [3], [4], [5], [6]]],
  ['first of every n', 'from S select v output first every 3 events', SIX, [[1], [4]]],
  ['first of every n, for each group', 'from S select k, v group by k output first every 2 events', SIX, [['a', 1], ['b', 2], ['a', 5], ['b', 6]]],
  ['last of every n', 'from S select v output last every 3 events', SIX, [[3], [6]]],
  ['last of every n, of each group in the n', 'from S select k, v group by k output last every 4 events', SIX, [['a', 3], ['b', 4]]],
  ['all of every time', 'from S select v output all every 10 milliseconds', TIMED, [[1], [2], [3], [4], [5]]],
  ['first of every time', 'from S select v output first every 10 milliseconds', TIMED, [[1], [4], [5]]],
  ['first of every time, for each group', 'from S select k, v group by k output first every 10 milliseconds', TIMED, [['a', 1], ['b', 2], ['a', 4], ['b', 5]]],
  ['last of every time', 'from S select v output last every 10 milliseconds', TIMED, [[3], [4], [5]]],
  ['last of every time, for each group', 'from S select k, v group by k output last every 10 milliseconds', TIMED, [['a', 3], ['b', 2], ['a', 4], ['b', 5]]],
  ['snapshot: the newest row again and again', 'from S select v output snapshot every 20 milliseconds', TIMED, [[4], [5], [5]]],
  ['snapshot: the newest row of each group', 'from S select k, sum(v) as n group by k output snapshot every 20 milliseconds', TIMED, [['a', 8], ['b', 2], ['a', 8], ['b', 7], ['a', 8], ['b', 7]]],
  ['snapshot: the rows of a window', 'from S#window.length(2) select k, v output snapshot every 20 milliseconds', TIMED, [['a', 3], ['a', 4], ['a', 4], ['b', 5], ['a', 4], ['b', 5]]],
  ['snapshot: what left the window is gone', 'from S#window.time(30 milliseconds) select v output snapshot every 20 milliseconds', TIMED, [[1], [2], [3], [4], [4], [5], [5]]],
  ['snapshot: the rows of a window, all with its newest aggregates', 'from S#window.length(2) select k, sum(v) as n output snapshot every 20 milliseconds', TIMED, [['a', 7], ['a', 7], ['a', 9], ['b', 9], ['a', 9], ['b', 9]]],
  ['snapshot: one row of each group in a window', 'from S#window.length(3) select k, sum(v) as n group by k output snapshot every 20 milliseconds', TIMED, [['b', 2], ['a', 7], ['a', 7], ['b', 5], ['a', 7], ['b', 5]]],
  ['snapshot: aggregates alone', 'from S#window.length(2) select sum(v) as n output snapshot every 20 milliseconds', TIMED, [[7], [9], [9]]],
  ['snapshot: aggregates alone of a window that ran empty', 'from S#window.time(5 milliseconds) select sum(v) as n output snapshot every 20 milliseconds', TIMED, []],
];

describe('an output rate', () => {
  specify(STREAM, [
    ['puts out behind what its window lets go at that moment', 'from S#window.time(10 milliseconds) select v output last every 10 milliseconds insert all events into O;', [['S', 1000, 'a', 1], { advance: 1040 }], [[1]]],
    ['a snapshot is what there was before anything came or left at its moment', 'from S#window.timeBatch(20 milliseconds) select v output snapshot every 20 milliseconds insert all events into O;', [['S', 1000, 'a', 1], ['S', 1022, 'a', 2], { advance: 1100 }], [[1], [1], [2]]],
  ]);

  specify(STREAM, CASES.map(([name, query, sent, rows]): Specified => [name, `${query} insert into O;`, sent, rows]));

  it('counts from the start of the app where one is given, else from its first moment', () => {
    const text = `${STREAM} from S select v output every 10 milliseconds insert into O;`;
    const heard = (start: number | undefined): number[] => {
      const engine = new Engine(compile(text), start === undefined ? {} : { start });
      const times: number[] = [];
      engine.onStream('O', () => times.push(engine.now));
      sendAll(engine, [['S', 1003, 'a', 1], ['S', 1005, 'a', 2], { advance: 1020 }]);
      return times;
    };
    expect(heard(998)).toEqual([1008]);
    expect(heard(undefined)).toEqual([1013]);
  });

  it('passes empty periods at once, however many', () => {
    const text = `${STREAM} from S select v output every 1 millisecond insert into O;`;
    expect(rowsOf(text, 'O', [['S', 1000, 'a', 1], ['S', 1_000_000_000_000, 'a', 2], { advance: 2_000_000_000_000 }])).toEqual([[1], [2]]);
  });

  it('puts what left and what arrived out apart', () => {
    const engine = new Engine(compile(`${STREAM} @info(name='q') from S#window.length(1) select v output every 3 events insert all events into O;`));
    const heard: unknown[] = [];
    engine.onQuery('q', ({ arrived, removed }) => heard.push([arrived.map((one) => one.row), removed.map((one) => one.row)]));
    sendAll(engine, SIX.slice(0, 4));
    expect(heard).toEqual([
      [[[1], [2]], [[1]]],
      [[[3]], [[2], [3]]],
    ]);
  });

  it.each([
    ['from S select v output every 0 events insert into O;', ['2:17 An output rate is every 1 to 1000000000000 events or milliseconds, found 0.']],
    ['from S select v output snapshot every 1 sec insert expired events into O;', ["2:45 A snapshot follows what arrives and what leaves, found 'expired events'."]],
    ['from S select v output some every 1 sec insert into O;', ["2:24 Found 'some', expected 'every' after 'output'."]],
  ])('refuses %s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAM}\n${text}`))).toEqual(errors);
  });
});
