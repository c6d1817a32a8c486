import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine, type Row } from '../../index.ts';
import { errorsOf, rowsOf, sendAll } from '../../testing/run-app.ts';

const STREAMS = 'define stream Add (k string, v int); define stream Change (k string, v int); define stream Drop (k string); define stream Ask (k string);';

/** A table with one way of finding rows, changed and asked through streams. */
function app(annotation: string): string {
  return `${STREAMS} ${annotation} define table T (k string, v int);
    from Add insert into T;
    from Change update or insert into T set T.v = T.v + v on T.k == k;
    from Drop delete T on T.k == k;
    from Ask join T on Ask.k == T.k select T.k as k, T.v as v insert into O;`;
}

describe.each([[''], ["@primaryKey('k')"], ["@index('k')"], ["@index('v')"]])('a table %s', (annotation) => {
  it('takes, changes, finds and drops rows, however it finds them', () => {
    const rows = rowsOf(app(annotation), 'O', [
      ['Add', 1, 'x', 10],
      ['Add', 2, 'y', 20],
      ['Change', 3, 'x', 5],
      ['Change', 4, 'z', 30],
      ['Ask', 5, 'x'],
      ['Ask', 6, 'z'],
      ['Drop', 7, 'x'],
      ['Ask', 8, 'x'],
      ['Ask', 9, 'y'],
    ]);
    expect(rows).toEqual([['x', 15], ['z', 30], ['y', 20]]);
  });

  it('is in the snapshot', () => {
    const compiled = compile(app(annotation));
    const engine = new Engine(compiled);
    sendAll(engine, [['Add', 1, 'x', 10], ['Add', 2, 'y', 20], ['Change', 3, 'y', 1]]);
    const restored = new Engine(compiled);
    const rows: Row[] = [];
    restored.onStream('O', (batch) => rows.push(...batch.rows));
    restored.restore(engine.snapshot());
    sendAll(restored, [['Change', 4, 'y', 1], ['Ask', 5, 'y'], ['Ask', 6, 'x']]);
    expect(rows).toEqual([['y', 22], ['x', 10]]);
  });
});

describe('a table', () => {
  it('keeps the first of two rows with one primary key', () => {
    expect(rowsOf(app("@primaryKey('k')"), 'O', [['Add', 1, 'x', 1], ['Add', 2, 'x', 2], ['Ask', 3, 'x']])).toEqual([['x', 1]]);
  });

  it('answers whether a condition holds for one of its rows', () => {
    const text = `${STREAMS} define table T (k string, v int); from Add insert into T; from Change[(T.k == k and T.v < v) in T] select k, v insert into O;`;
    expect(rowsOf(text, 'O', [['Add', 1, 'x', 5], ['Change', 2, 'x', 4], ['Change', 3, 'x', 6], ['Change', 4, 'y', 9]])).toEqual([['x', 6]]);
  });

  it.each([
    ['from Add select v, k insert into T;', "The table 'T' has (k string, v int), this query puts out (v int, k string)."],
    ['from Add select k update T set T.v = k on T.k == k;', "'v' of 'T' is int, found string."],
    ['from Add select k update Tt on Tt.k == k;', "There is no table 'Tt'."],
    ['from T select k insert into O;', "'T' is a table; a query reads it with a join or with 'in'."],
  ])('%s', (query, message) => {
    expect(errorsOf(analyze(`${STREAMS} define table T (k string, v int); ${query}`)).map((one) => one.replace(/^\d+:\d+ /, ''))).toContain(message);
  });
});
