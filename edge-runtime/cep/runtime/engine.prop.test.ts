import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, Engine, type Row } from '../index.ts';

const APPS = [
  'from S#window.length(3) select k, sum(v) as total, avg(v) as mean group by k insert all events into O;',
  'from S#window.time(20 milliseconds) select count() as n, max(v) as most insert all events into O;',
  'from S#window.timeBatch(15 milliseconds) select k, count() as n, stdDev(v) as spread group by k insert into O;',
  'from S#window.lengthBatch(4) select k, v, distinctCount(k) as kinds insert into O;',
  'from every a=S -> b=S[k == a.k and v > a.v] within 30 milliseconds select a.v as low, b.v as high insert into O;',
  'from every a=S[v > 3]<2:3> -> not S[v > 8] for 10 milliseconds select a[0].v as first, a[last].v as last insert into O;',
  'from every a=S, b=S[v > a.v]+, c=S[v < b[last].v] select a.v as x, b[last].v as y, c.v as z insert into O;',
  'from S#window.sort(3, v, \'desc\') select k, min(v) as least insert all events into O;',
  'from S#window.length(3) as a join S[v > 4]#window.time(25 milliseconds) as b on a.k == b.k select a.v as x, b.v as y insert all events into O;',
].map((query) => `define stream S (k string, v int); @info(name='q') ${query}`);

const events = fc.array(fc.record({ gap: fc.nat({ max: 12 }), k: fc.constantFrom('x', 'y'), v: fc.nat({ max: 9 }) }), { maxLength: 60 });

interface Timed {
  timestamps: number[];
  rows: Row[];
}

function timed(list: readonly { gap: number; k: string; v: number }[]): Timed {
  let now = 1000;
  return { timestamps: list.map(({ gap }) => (now += gap)), rows: list.map(({ k, v }) => [k, v]) };
}

function hear(engine: Engine, into: [number, Row][]): void {
  engine.onStream('O', ({ timestamps, rows }) => rows.forEach((row, index) => into.push([timestamps[index] ?? 0, row])));
}

describe('an engine without a start time', () => {
  it('begins to wait for absence when its clock is first set, and not in 1970', () => {
    const engine = new Engine(compile('define stream S (v int); from every not S for 1 sec select 1 as a insert into O;'));
    const times: number[] = [];
    engine.onEvent('O', (time) => times.push(time));
    engine.advance(1_700_000_000_000);
    engine.advance(1_700_000_002_500);
    expect(times).toEqual([1_700_000_001_000, 1_700_000_002_000]);
  });
});

describe.each(APPS)('%s', (text) => {
  const app = compile(text);

  it('gives the same for any cutting of the input into batches', () => {
    fc.assert(
      fc.property(events, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (list, cuts) => {
        const { timestamps, rows } = timed(list);
        const [whole, cut]: [[number, Row][], [number, Row][]] = [[], []];
        const [first, second] = [new Engine(app), new Engine(app)];
        hear(first, whole);
        hear(second, cut);
        first.sendBatch('S', timestamps, rows);
        for (let at = 0, turn = 0; at < rows.length; turn++) {
          const size = cuts[turn % cuts.length] ?? 1;
          second.sendBatch('S', timestamps.slice(at, at + size), rows.slice(at, at + size));
          at += size;
        }
        for (const engine of [first, second]) engine.advance(5000);
        expect(cut).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on how often the clock is moved', () => {
    fc.assert(
      fc.property(events, fc.array(fc.nat({ max: 9 })), (list, steps) => {
        const { timestamps, rows } = timed(list);
        const [plain, ticked]: [[number, Row][], [number, Row][]] = [[], []];
        const [first, second] = [new Engine(app), new Engine(app)];
        hear(first, plain);
        hear(second, ticked);
        let before = 1000;
        rows.forEach((row, index) => {
          const timestamp = timestamps[index] ?? 0;
          first.send('S', timestamp, row);
          for (const step of steps) if (before + step < timestamp) second.advance((before += step));
          second.send('S', timestamp, row);
          before = timestamp;
        });
        for (const engine of [first, second]) engine.advance(5000);
        expect(ticked).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on after a snapshot and restore as if it had never stopped', () => {
    fc.assert(
      fc.property(events, fc.nat(), (list, point) => {
        const { timestamps, rows } = timed(list);
        const at = rows.length === 0 ? 0 : point % rows.length;
        const [whole, resumed]: [[number, Row][], [number, Row][]] = [[], []];
        const straight = new Engine(app);
        hear(straight, whole);
        straight.sendBatch('S', timestamps, rows);
        straight.advance(5000);
        const before = new Engine(app);
        hear(before, resumed);
        before.sendBatch('S', timestamps.slice(0, at), rows.slice(0, at));
        const after = new Engine(app);
        hear(after, resumed);
        after.restore(before.snapshot());
        after.sendBatch('S', timestamps.slice(at), rows.slice(at));
        after.advance(5000);
        expect(resumed).toEqual(whole);
        expect(after.snapshot()).toEqual(straight.snapshot());
      }),
      { numRuns: 60 },
    );
  });
});
