import { describe, expect, it } from 'vitest';
import { compile, Engine, type Row } from '../index.ts';
import { EDITS, feed, generate, listen, randomOf, RULES, textOf } from '../testing/edited-rules.ts';

const text = `define stream S (k string, v int); define stream Gone (k string);
@primaryKey('k') @index('v') define table T (k string, v int); define table L (k string, v int);
from S select k, v update or insert into T set T.v = v on T.k == k;
from S select k, v insert into L;
from Gone delete T on T.k == k;
from Gone delete L on L.k == k;
from S#window.time(50) select sum(v) as total insert into O;`;

/** What a table holds, in its order. */
function rowsOf(engine: Engine, table: string): Row[] {
  return engine.query(`from ${table} select k, v`).rows.map((row) => [...row]);
}

describe('increments upon a snapshot', () => {
  it('restore what an engine held, over random apps and events', { timeout: 1_200_000 }, () => {
    for (let seed = 1; seed <= EDITS / 2; seed++) {
      const random = randomOf(seed);
      const chosen = RULES.map((_, index) => index).filter(() => random(3) === 0);
      const written = chosen.map((index) => textOf(index, random(RULES[index]?.variants.length ?? 1))).join(' ');
      const app = compile(`define stream S (k string, v int); define stream R (k string, v int); ${written.replaceAll(/@info\(name='[^']+'\) /g, '')}`);
      const first = new Engine(app, { start: 1000 });
      const events = generate(random, 1000, 90);
      feed(first, events.slice(0, 20));
      const snapshot = first.snapshot({ followed: true });
      const increments = [40, 41, 60].map((to, index, all) => {
        feed(first, events.slice(all[index - 1] ?? 20, to));
        return first.increment() ?? new Uint8Array();
      });
      const second = new Engine(app, { start: 1000 });
      second.restore(snapshot, increments);
      const [left, right] = [listen(first, chosen), listen(second, chosen)];
      feed(first, events.slice(60));
      feed(second, events.slice(60));
      expect(right, `seed ${seed}: ${written}`).toEqual(left);
      // The second goes on where the first was.
      const third = new Engine(app, { start: 1000 });
      third.restore(snapshot, [...increments, second.increment() ?? new Uint8Array()]);
      expect(third.snapshot(), `seed ${seed}: ${written}`).toEqual(second.snapshot());
    }
  });

  it('restore tables whose rows come, change and go, in their order', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = randomOf(seed);
      const [first, second] = [new Engine(compile(text)), new Engine(compile(text))];
      let at = 0;
      const some = (): void => {
        for (let left = random(60); left > 0; left--) {
          const key = `k${random(30)}`;
          if (random(3) === 0) first.send('Gone', ++at, [key]);
          else first.send('S', ++at, [key, random(100)]);
        }
      };
      some();
      const snapshot = first.snapshot({ followed: true });
      const increments = Array.from({ length: 5 }, () => {
        some();
        return first.increment() ?? new Uint8Array();
      });
      second.restore(snapshot, increments);
      for (const table of ['T', 'L']) expect(rowsOf(second, table), `seed ${seed}, ${table}`).toEqual(rowsOf(first, table));
      const asked = Array.from({ length: 100 }, (_, v) => `from T on T.v == ${v} select k`);
      expect(asked.map((one) => second.query(one).rows.length)).toEqual(asked.map((one) => first.query(one).rows.length));
    }
  });

  it.each([
    ['keys that share operators', '', 'from S select k, sum(v) as total insert into O; from S#window.length(2) select k, max(v) as total insert into O;'],
    ['keys with timers', '', 'from S#window.time(40) select k, sum(v) as total insert all events into O;'],
    ['keys with a stream for all', '', 'from S#window.length(3) select k, sum(v) as total insert into O; from Gone select k, count() as total insert into O;'],
    ['keys that are forgotten', "@purge(enable='true', interval='20 milliseconds', idle.period='30 milliseconds')", 'from S select k, sum(v) as total insert into O;'],
    ['keys with patterns', '', 'from every a=S -> b=S[v > a.v] within 60 milliseconds select a.k as k, b.v as total insert into O;'],
  ])('restore partitions to the byte: %s', (_, purge, queries) => {
    const app = compile(`define stream S (k string, v long); define stream Gone (k string); define stream O (k string, total long); ${purge} partition with (k of S) begin ${queries} end; from S select k, sum(v) as total group by k insert into O; from S#window.time(25) select k, sum(v) as total group by k insert into O; from S#window.lengthBatch(7) select k, sum(v) as total group by k insert into O;`);
    for (let seed = 1; seed <= 40; seed++) {
      const random = randomOf(seed);
      const first = new Engine(app);
      let at = 0;
      const some = (): void => {
        for (let left = random(30); left > 0; left--) {
          at += random(9);
          if (random(8) === 0) first.send('Gone', at, ['']);
          else first.send('S', at, [`k${random(12)}`, random(100)]);
        }
      };
      some();
      const snapshot = first.snapshot({ followed: true });
      const increments = Array.from({ length: 4 }, () => {
        some();
        return first.increment() ?? new Uint8Array();
      });
      const second = new Engine(app);
      second.restore(snapshot, increments);
      expect(second.snapshot(), `seed ${seed}`).toEqual(first.snapshot());
    }
  });

  it.each([
    'from every a=S -> b=S[k == a.k and v > a.v] select a.k as k, b.v as total insert into O;',
    'from every a=S[v > 30] -> b=S[v > a.v]<2:4> -> c=S[v < a.v] select a.k as k, c.v as total insert into O;',
    'from every a=S -> (b=S[k == a.k] and c=S[v > a.v]) -> d=S[v > 50] within 50 milliseconds select a.k as k, d.v as total insert into O;',
    'from every a=S -> not S[k == a.k] for 30 milliseconds select a.k as k, a.v as total insert into O;',
    'from every a=S, b=S[v > a.v]+, c=S[v < a.v] select a.k as k, c.v as total insert into O;',
  ])('restore patterns to the byte: %s', (query) => {
    const app = compile(`define stream S (k string, v long); ${query}`);
    for (let seed = 1; seed <= 40; seed++) {
      const random = randomOf(seed);
      const [first, second] = [new Engine(app), new Engine(app)];
      let at = 0;
      const some = (): void => {
        for (let left = random(12); left > 0; left--) first.send('S', (at += random(9)), [`k${random(12)}`, random(100)]);
      };
      some();
      const snapshot = first.snapshot({ followed: true });
      const increments = Array.from({ length: 4 }, () => {
        some();
        return first.increment() ?? new Uint8Array();
      });
      second.restore(snapshot, increments);
      expect(second.snapshot(), `seed ${seed}`).toEqual(first.snapshot());
    }
  });

  it('cost what changed', () => {
    const engine = new Engine(compile('define stream S (k string, v int); from S#window.length(50000) select sum(v) as total insert into O;'));
    for (let index = 0; index < 60_000; index++) engine.send('S', index, [`k${index % 10}`, index]);
    const whole = engine.snapshot({ followed: true });
    engine.send('S', 60_000, ['k', 1]);
    expect(engine.increment()?.length).toBeLessThan(200);
    expect(whole.length).toBeGreaterThan(500_000);
  });

  it.each(['partition with (k of S) begin from S select sum(v) as total insert into O; end;', 'from S select k, sum(v) as total group by k insert into O;'])('cost the keys that had events: %s', (query) => {
    const engine = new Engine(compile(`define stream S (k string, v int); ${query}`));
    for (let index = 0; index < 5000; index++) engine.send('S', index, [`k${index}`, index]);
    engine.snapshot({ followed: true });
    for (let index = 0; index < 3; index++) engine.send('S', 5000, [`k${index * 70}`, 1]);
    expect(engine.increment()?.length).toBeLessThan(300);
  });

  it('are undefined until a snapshot is followed', () => {
    const engine = new Engine(compile(text));
    engine.snapshot();
    expect(engine.increment()).toBeUndefined();
    engine.snapshot({ followed: true });
    expect(engine.increment()).toBeInstanceOf(Uint8Array);
  });

  it('are refused upon another snapshot, out of order, and damaged', () => {
    const engine = new Engine(compile(text));
    const snapshot = engine.snapshot({ followed: true });
    const increments = [1, 2].map((at) => {
      engine.send('S', at, ['a', at]);
      return engine.increment() ?? new Uint8Array();
    });
    const [one = new Uint8Array(), two = new Uint8Array()] = increments;
    const refusal = (base: Uint8Array, list: readonly Uint8Array[]): unknown => {
      try {
        new Engine(compile(text)).restore(base, list);
      } catch (failure) {
        return failure;
      }
      return undefined;
    };
    expect(refusal(engine.snapshot(), increments)).toMatchObject({ code: 'snapshot.chain' });
    expect(refusal(snapshot, [two])).toMatchObject({ code: 'snapshot.chain' });
    expect(refusal(snapshot, [one, one])).toMatchObject({ code: 'snapshot.chain' });
    expect(refusal(snapshot, [one.slice(0, -3)])).toMatchObject({ code: 'snapshot.damaged' });
    expect(refusal(snapshot, [snapshot])).toMatchObject({ code: 'snapshot.damaged' });
    expect(refusal(snapshot, increments)).toBeUndefined();
  });
});
