import { describe, expect, it } from 'vitest';
import { compile, Engine, incrementHead, type CompiledApp, type Row } from '../index.ts';
import { EDITS, generate, randomOf, RULES, textOf, type Event } from '../testing/edited-rules.ts';

/** What a host keeps of an engine: a snapshot and increments, or what a renewal left of them. */
class Chain {
  pieces: Uint8Array[];
  private first = 0;
  renewals = 0;

  constructor(snapshot: Uint8Array) {
    this.pieces = [snapshot];
  }

  add(increment: Uint8Array = new Uint8Array()): void {
    this.pieces.push(increment);
    const { ordinal, from, ends } = incrementHead(increment);
    expect(ordinal).toBe(this.first + this.pieces.length - 1);
    if (!ends) return;
    this.pieces = this.pieces.slice(from - this.first);
    this.first = from;
    this.renewals++;
  }

  restore(app: CompiledApp): Engine {
    const engine = new Engine(app, { start: 1000 });
    const [first = new Uint8Array(), ...rest] = this.pieces;
    engine.restore(first, rest);
    return engine;
  }
}

/**
 * Feeds an engine, saves it in increments and renewals at random moments, and goes on with a restored one now and then; what is
 * kept always leads to the state of an engine that never stopped, to the byte. Answers how many renewals ended.
 */
function live(app: CompiledApp, events: readonly Event[], random: (below: number) => number, kills: boolean): number {
  const straight = new Engine(app, { start: 1000 });
  let engine = new Engine(app, { start: 1000 });
  const chain = new Chain(engine.snapshot({ followed: true }));
  for (let at = 0; at < events.length; ) {
    for (const end = at + random(12); at < Math.min(end, events.length); at++) {
      const [stream, timestamp, row] = events[at] ?? ['S', 0, []];
      for (const one of [straight, engine]) one.send(stream, timestamp, row);
      if (random(4) === 0) engine.renew(1 + random(60));
    }
    chain.add(engine.increment({ renews: random(3) === 0 }));
    const restored = chain.restore(app);
    expect(Buffer.compare(restored.snapshot(), straight.snapshot()), `after ${at} events and ${chain.renewals} renewals`).toBe(0);
    if (kills && random(12) === 0) engine = chain.restore(app);
    if (at === events.length) break;
  }
  return chain.renewals;
}

describe('a renewal', () => {
  it('leads to what an engine held, wherever it is begun, cut and ended, over random apps and events', { timeout: 1_200_000 }, () => {
    let renewals = 0;
    for (let seed = 1; seed <= EDITS / 10; seed++) {
      const random = randomOf(seed);
      const written = RULES.flatMap((rule, index) => (random(4) === 0 ? [textOf(index, random(rule.variants.length))] : [])).join(' ');
      const app = compile(`define stream S (k string, v int); define stream R (k string, v int); ${written.replaceAll(/@info\(name='[^']+'\) /g, '')}`);
      try {
        renewals += live(app, generate(random, 1000, 90), random, true);
      } catch (error) {
        throw new Error(`seed ${seed}: ${written}`, { cause: error });
      }
    }
    expect(renewals).toBeGreaterThan(EDITS / 10);
  });

  const many = (random: (below: number) => number, streams: readonly string[], keys: number): Event[] => {
    let at = 1000;
    return Array.from({ length: 400 }, (): Event => [streams[random(5) === 0 ? 1 : 0] ?? 'S', (at += random(9)), [`k${random(keys)}`, random(30)]]);
  };

  it.each([
    ['a table whose rows come, change and go', "@primaryKey('k') @index('v') define table T (k string, v int); define table L (k string, v int); from S select k, v update or insert into T set T.v = v on T.k == k; from S select k, v insert into L; from R delete T on T.k == k; from R delete L on L.k == k;"],
    ['rows that take the keys of others', "@primaryKey('v') define table T (k string, v int); from S select k, v update or insert into T set T.v = v on T.k == k; from R delete T on T.v == v;"],
    ['groups of a window', 'from S#window.length(40) select k, sum(v) as a group by k insert into O;'],
    ['groups of batches', 'from S#window.lengthBatch(9) select k, sum(v) as a group by k insert into O;'],
    ['groups that stay', 'from S select k, sum(v) as a, distinctCount(v) as b group by k insert into O;'],
    ['windows', 'from S#window.length(60) select sum(v) as a insert into O; from S#window.time(300) select count() as a insert into O; from S#window.timeLength(200, 30) select sum(v) as a insert into O; from S#window.delay(300) select v * 1L as a insert into O;'],
    ['keys that share operators', 'partition with (k of S) begin from S select k, sum(v) as a insert into O; from S#window.length(2) select k, sum(v) as a insert into O; end;'],
    ['keys with timers', 'partition with (k of S) begin from S#window.time(40) select k, sum(v) as a insert all events into O; end;'],
    ['keys with a stream for all', 'partition with (k of S) begin from S#window.length(3) select k, sum(v) as a insert into O; from R select k, count() as a insert into O; end;'],
    ['keys that are forgotten', "@purge(enable='true', interval='20 milliseconds', idle.period='90 milliseconds') partition with (k of S) begin from S#window.timeBatch(30) select k, sum(v) as a insert into O; end;"],
    ['keys with patterns', 'partition with (k of S) begin from every a=S -> b=S[v > a.v] within 60 milliseconds select a.k as k, b.v as a insert into O; end;'],
    ['patterns that count', 'from every a=S[v > 25] -> b=S[v > a.v]<2:4> -> c=S[v < a.v] select a.k as k, c.v as a insert into O; from every a=S<2:> -> b=R select b.k as k, b.v as a insert into O;'],
    ['patterns of two events at once, and sequences', 'from every a=S -> (b=S[k == a.k and v > a.v] and c=S[v > 20]) -> d=R within 200 milliseconds select a.k as k, d.v as a insert into O; from every a=S, b=S[v > a.v]+, c=S[v < a.v] select a.k as k, c.v as a insert into O;'],
    ['patterns of absence', 'from every a=S -> not S[k == a.k] for 60 milliseconds select a.k as k, a.v as a insert into O; from every a=S -> not R for 40 milliseconds and b=S[v > a.v] select a.k as k, b.v as a insert into O;'],
    ['patterns', 'from every a=S -> b=S[k == a.k and v > a.v] select a.k as k, b.v as a insert into O;'],
  ])('leads to the same bytes: %s', { timeout: 300_000 }, (_, text) => {
    const app = compile(`define stream S (k string, v int); define stream R (k string, v int); ${text}`);
    let renewals = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const random = randomOf(seed);
      renewals += live(app, many(random, ['S', 'R'], 3 + random(40)), random, seed % 2 === 0);
    }
    expect(renewals).toBeGreaterThan(10);
  });

  const window = compile('define stream S (k string, v int); from S#window.length(50000) select sum(v) as a insert into O;');
  const feed = (engine: Engine, from: number, to: number): void => {
    for (let index = from; index < to; index++) engine.send('S', index, [`k${index % 10}`, index]);
  };

  it('writes no more at once than it is asked for, and ends while events come', () => {
    const engine = new Engine(window);
    feed(engine, 0, 50_000);
    engine.snapshot({ followed: true });
    engine.increment({ renews: true });
    let slices = 0;
    for (let at = 50_000; ; at += 100, slices++) {
      const bytes = engine.renew(10_000);
      expect(bytes).toBeLessThan(10_100);
      feed(engine, at, at + 100);
      const { sliceBytes, ends } = incrementHead(engine.increment() ?? new Uint8Array());
      expect(sliceBytes).toBe(bytes);
      if (ends) break;
    }
    expect(slices).toBeGreaterThan(40);
    expect(engine.renew(10_000)).toBe(0);
    expect(incrementHead(engine.increment() ?? new Uint8Array())).toMatchObject({ from: 0, ends: false, sliceBytes: 0 });
  });

  it('is refused unless it ended, and without its beginning', () => {
    const engine = new Engine(window);
    feed(engine, 0, 1000);
    const snapshot = engine.snapshot({ followed: true });
    const increments = [true, false, false].map((renews, index) => {
      feed(engine, 1000 + index, 1001 + index);
      engine.renew(index === 1 ? 500 : 1_000_000);
      return engine.increment({ renews }) ?? new Uint8Array();
    });
    const [begun = new Uint8Array(), cut = new Uint8Array(), ended = new Uint8Array()] = increments;
    const restore = (...[first = new Uint8Array(), ...rest]: Uint8Array[]) => (): void => new Engine(window).restore(first, rest);
    for (const wrong of [restore(begun), restore(begun, cut), restore(cut, ended), restore(begun, ended)]) expect(wrong).toThrow(expect.objectContaining({ code: 'snapshot.chain' }));
    for (const right of [restore(begun, cut, ended), restore(snapshot, begun), restore(snapshot, begun, cut), restore(snapshot, ...increments)]) expect(right).not.toThrow();
  });

  it('takes the state to another version of the app', () => {
    const engine = new Engine(window);
    feed(engine, 0, 1000);
    engine.snapshot({ followed: true });
    const begun = engine.increment({ renews: true }) ?? new Uint8Array();
    engine.renew(1_000_000);
    const ended = engine.increment() ?? new Uint8Array();
    const next = new Engine(compile('define stream S (k string, v int); from S select k insert into Other; from S#window.length(50000) select sum(v) + 1L as a insert into O;'));
    const rows: Row[] = [];
    next.onEvent('O', (_, row) => rows.push(row));
    expect(next.takeOver(begun, [ended])).toEqual([]);
    next.send('S', 1000, ['k', 0]);
    expect(rows).toEqual([[499_501]]);
  });
});
