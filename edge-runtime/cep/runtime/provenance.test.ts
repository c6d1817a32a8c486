import { expect, it } from 'vitest';
import { compile } from '../analyze.ts';
import type { Environment, Row } from '../api.ts';
import type { Cause } from '../held-api.ts';
import { Engine } from './engine.ts';

const environment: Environment = { model: () => ({ inputs: [{ name: 'v', type: 'int' }], outputs: [{ name: 'score', type: 'int' }] }) };

/** Runs a text over events of `S (k string, v int)` and gives what the last row of `Out` was made of. */
function causesOfLast(text: string, events: readonly (readonly [time: number, k: string, v: number])[]): { cause: Cause | undefined; row: Row | undefined; engine: Engine } {
  const engine = new Engine(compile(`define stream S (k string, v int);\n${text}`, environment), { provenance: true });
  let last: Row | undefined;
  engine.onEvent('Out', (_, row) => (last = row));
  for (const [time, k, v] of events) {
    engine.send('S', time, [k, v]);
    for (const call of engine.modelCalls()) engine.complete(call.id, { outputs: [call.inputs[0] ?? []] });
  }
  return { cause: last && engine.causesOf(last), row: last, engine };
}

const values = (cause: Cause | undefined, name = 'S'): unknown[] => cause?.inputs.find((one) => one.name === name)?.events.map((one) => one.row[1]) ?? [];

it('names the event that passed a filter', () => {
  const { cause } = causesOfLast("@info(name='q') from S[v > 1] select k insert into Out;", [[1, 'a', 1], [2, 'a', 5]]);
  expect(cause).toEqual({ query: 'q', inputs: [{ name: 'S', stream: 'S', events: [{ timestamp: 2, row: ['a', 5] }], total: 1 }] });
});

it('names the members of a sliding window, of the group alone', () => {
  const { cause } = causesOfLast('from S#window.length(4) select k, sum(v) as total group by k insert into Out;', [[1, 'a', 1], [2, 'a', 2], [3, 'b', 3], [4, 'a', 4], [5, 'a', 5]]);
  expect(values(cause)).toEqual([2, 4, 5]);
});

it('names the members of a time window after others have left', () => {
  const { cause } = causesOfLast('from S#window.time(10) select sum(v) as total insert into Out;', [[1, 'a', 1], [5, 'a', 2], [13, 'a', 3], [14, 'a', 4]]);
  expect(values(cause)).toEqual([2, 3, 4]);
});

it('names the events of one batch', () => {
  const { cause } = causesOfLast('from S#window.lengthBatch(2) select sum(v) as total insert into Out;', [[1, 'a', 1], [2, 'a', 2], [3, 'a', 3], [4, 'a', 4], [5, 'a', 5]]);
  expect(values(cause)).toEqual([3, 4]);
});

it.each([
  ['a window whose keys share one', 'from S#window.length(2) select k, sum(v) as total insert into Out;', [3, 5]],
  ['a batch', 'from S#window.lengthBatch(2) select k, sum(v) as total insert into Out;', [3, 5]],
  ['a running total', 'from S select k, sum(v) as total insert into Out;', [1, 3, 5]],
  ['a window of time', 'from S#window.time(4) select k, sum(v) as total insert into Out;', [3, 5]],
])('names in a partition those of the key alone: of %s', (_, query, expected) => {
  const events: [number, string, number][] = [[1, 'a', 1], [2, 'b', 2], [3, 'a', 3], [4, 'b', 4], [5, 'a', 5]];
  const { cause } = causesOfLast(`partition with (k of S) begin ${query} end;`, query.includes('Batch') ? [[0, 'a', 0], ...events] : events);
  expect(values(cause)).toEqual(expected);
});

it('names the steps of a pattern by their events', () => {
  const { cause } = causesOfLast('from every a=S[v == 1] -> b=S[v > 1]<2:2> -> c=S[k == a.k] select c.v as v insert into Out;', [[1, 'a', 1], [2, 'a', 3], [3, 'a', 4], [4, 'a', 9]]);
  expect([values(cause, 'a'), values(cause, 'b'), values(cause, 'c')]).toEqual([[1], [3, 4], [9]]);
});

it('names both sides of a join', () => {
  const { cause } = causesOfLast('from S[v > 0] select k, v insert into T; from S#window.length(2) as s join T#window.length(2) as t on s.k == t.k select s.v as v, t.v as w insert into Out;', [[1, 'a', 1]]);
  expect(cause?.inputs.map((one) => one.name).sort()).toEqual(['S', 'T']);
});

it('leads from query to query, through what a model added', () => {
  const { cause, engine } = causesOfLast("@info(name='mean') from S#window.length(2) select k, sum(v) as total insert into M; @info(name='ask') from M#model:predict('m@c', convert(total, 'int')) select k, score insert into Out;", [[1, 'a', 1], [2, 'a', 2]]);
  expect(cause).toMatchObject({ query: 'ask', inputs: [{ name: 'M' }] });
  const before = cause?.inputs[0]?.events[0]?.row;
  const found = before === undefined ? undefined : engine.causesOf(before);
  const behind = found?.query === '' ? engine.causesOf(found.inputs[0]?.events[0]?.row ?? []) : found;
  expect(behind).toMatchObject({ query: 'mean', inputs: [{ total: 2 }] });
});

it('knows nothing where it was not asked to, and changes no answer', () => {
  const text = 'define stream S (k string, v int); from S#window.length(2) select k, sum(v) as total group by k insert into Out;';
  const answers = [true, false].map((provenance) => {
    const engine = new Engine(compile(text), { provenance });
    const rows: Row[] = [];
    engine.onEvent('Out', (_, row) => rows.push(row));
    for (const v of [1, 2, 3]) engine.send('S', v, ['a', v]);
    return { rows, known: rows.map((row) => engine.causesOf(row) !== undefined) };
  });
  expect(answers[0]?.rows).toEqual(answers[1]?.rows);
  expect(answers.map((one) => one.known)).toEqual([[true, true, true], [false, false, false]]);
});
