import { describe, expect, it } from 'vitest';
import { compile, Engine, type Row } from '../index.ts';

const CHUNK: readonly Row[] = [['a', 1], ['a', 2], [null, 3], ['b', 1], ['b', 1], ['a', 4], [null, null], [null, 2]];

/** What comes out of a chunk for who hears each event, which lets it be taken apart, and for who hears it in batches, which does not. */
function outcomes(text: string): Record<'each' | 'batches', unknown[]> {
  const heard: Record<'each' | 'batches', unknown[]> = { each: [], batches: [] };
  for (const how of ['each', 'batches'] as const) {
    const engine = new Engine(compile(`define stream S (k string, v int); define stream M (k string, v int); define table T (k string, v int); ${text}`), { start: 0 });
    engine.onFault(({ rows, reason }) => heard[how].push(`${rows.length} failed: ${reason}`));
    if (how === 'each') engine.onEvent('O', (time, row) => heard.each.push([time, ...row]));
    else engine.onStream('O', ({ timestamps, rows }) => rows.forEach((row, index) => heard.batches.push([timestamps[index], ...row])));
    engine.sendChunk('S', CHUNK.map((_, index) => 1000 + index), CHUNK);
  }
  return heard;
}

const cases: [what: string, text: string, rows: number][] = [
  ['a filter', 'from S[v < 3] select * insert into O;', 5],
  ['a projection with having', 'from S select v, v + 1 as w having w > 2 insert into O;', 4],
  ['queries in a row', 'from S[v > 1] select v, ifThenElse(v > 2, 1, 0) as high insert into A; from A select high, v insert into B; from B[high == 1] select v insert into O;', 2],
  ['two queries on one stream', 'from S[v > 1] select v insert into O; from S[v < 2] select v insert into O;', 7],
  ['a partition, in which events without a key take no part', 'partition with (k of S) begin from S[v > 0] select k, v insert into #A; from #A[v < 4] select k, v insert into O; end;', 4],
  ['a partition by what is computed', 'partition with (v + 1 of S) begin from S select k, v insert into O; end;', 7],
  ['a query that looks into the table that is filled behind it', 'from S[not (T.k == k in T)] select k, v insert into M; from M select k, v insert into T; from M select k, v insert into O;', 8],
  ['a window behind a filter', 'from S[v > 0] select v insert into A; from A#window.batch() select sum(v) as s insert into O;', 1],
  ['batches by group', 'from S#window.lengthBatch(3) select k, sum(v) as s group by k insert into A; from A select k, s insert into O;', 4],
  ['batches that come and leave', 'from S#window.lengthBatch(3) select k, v insert all events into O;', 9],
  ['a pattern', 'from every a=S[v == 1] -> b=S[v > a.v] select a.k as k, b.v as v insert into A; from A[v < 4] select v insert into O;', 1],
  ['a circle', 'from S select k, v insert into M; from M[v < 3] select k, v + 1 as v insert into M; from M[v == 3] select v insert into O;', 6],
];

describe('a chunk that nobody sees whole', () => {
  it.each(cases)('comes to the same through %s', (_, text, rows) => {
    const { each, batches } = outcomes(text);
    expect(each).toEqual(batches);
    expect(each).toHaveLength(rows);
  });

  it('fails as a whole', () => {
    const { each, batches } = outcomes("from S select v, ifThenElse(v == 4, UUID(), '') as id insert into O;");
    expect(each).toEqual(batches);
    expect(each).toEqual([expect.stringMatching(/^8 failed: /)]);
  });

  it('ends in a circle of streams that nobody hears', () => {
    const engine = new Engine(compile('define stream S (v int); from S[v < 3] select v + 1 as v insert into S;'));
    engine.sendChunk('S', [1, 2], [[0], [1]]);
    expect(engine.now).toBe(2);
  });
});
