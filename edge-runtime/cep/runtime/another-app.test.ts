import { describe, expect, it } from 'vitest';
import { compile, Engine, incrementHead } from '../index.ts';
import { EDITS, feed, generate, partsOf, randomOf, RULES, textOf } from '../testing/edited-rules.ts';

const STREAMS = 'define stream S (k string, v int);\ndefine stream R (k string, v int);\n';

/** What a host keeps of an engine: a snapshot and increments, or what a renewal left of them. */
class Chain {
  pieces: Uint8Array[];
  renewals = 0;

  constructor(snapshot: Uint8Array) {
    this.pieces = [snapshot];
  }

  add(increment: Uint8Array = new Uint8Array()): void {
    const { ordinal, from, ends } = incrementHead(increment);
    this.pieces.push(increment);
    if (!ends) return;
    this.pieces = this.pieces.slice(from - ordinal - 1);
    this.renewals++;
  }

  /** What another engine remembers of the same text that takes this over. */
  taken(text: string): Buffer {
    const [first = new Uint8Array(), ...rest] = this.pieces;
    return takenBy(text, first, rest);
  }
}

function takenBy(text: string, first: Uint8Array, rest: readonly Uint8Array[]): Buffer {
  const fresh = new Engine(compile(text));
  expect(fresh.takeOver(first, rest)).toEqual([]);
  return Buffer.from(fresh.snapshot());
}

/** Rules by their places, each in one of its variants. */
type Living = Map<number, number>;

const whole = (living: Living): string => STREAMS + [...living].map(([index, variant]) => textOf(index, variant)).join('\n');

function some(random: (below: number) => number): Living {
  return new Map(RULES.flatMap(({ variants }, index): [number, number][] => (random(4) === 0 ? [[index, random(variants.length)]] : [])));
}

describe('increments go on', () => {
  it('upon what was there when rules change, and lead to what the engine holds, over random edits and renewals', { timeout: 600_000 }, () => {
    let renewals = 0;
    for (let seed = 1; seed <= EDITS / 25; seed++) {
      const random = randomOf(seed);
      const living = some(random);
      const engine = new Engine(compile(whole(living)), { start: 1000 });
      const chain = new Chain(engine.snapshot({ followed: true }));
      for (let round = 0; round < 12; round++) {
        for (const event of generate(random, engine.now, 8)) {
          feed(engine, [event]);
          if (random(3) === 0) engine.renew(1 + random(300));
        }
        if (round % 2 === 0) chain.add(engine.increment({ renews: random(2) === 0 }));
        const index = random(RULES.length);
        const [now, variant] = [living.get(index), random(RULES[index]?.variants.length ?? 1)];
        const leaves = now !== undefined && random(3) === 0;
        engine.change({ ...(now === undefined ? {} : partsOf(index, now)), ...(leaves ? {} : { add: textOf(index, variant) }) });
        living.delete(index);
        if (!leaves) living.set(index, variant);
        feed(engine, generate(random, engine.now, random(8)));
        chain.add(engine.increment({ renews: random(4) === 0 }));
        expect(chain.taken(whole(living)).equals(takenBy(whole(living), engine.snapshot(), [])), `seed ${seed}, after ${round} edits`).toBe(true);
      }
      renewals += chain.renewals;
    }
    expect(renewals).toBeGreaterThan(EDITS / 25);
  });

  it('upon what another version left that is taken over, and lead to what the engine holds', { timeout: 600_000 }, () => {
    for (let seed = 1; seed <= EDITS / 25; seed++) {
      const random = randomOf(seed);
      let living = some(random);
      let engine = new Engine(compile(whole(living)), { start: 1000 });
      const chain = new Chain(engine.snapshot({ followed: true }));
      for (let round = 0; round < 6; round++) {
        feed(engine, generate(random, engine.now, 10));
        chain.add(engine.increment({ renews: random(3) === 0 }));
        engine.renew(random(2000));
        if (random(2) === 0) {
          living = new Map([...some(random), ...[...living].filter(() => random(4) > 0)]);
          const [first = new Uint8Array(), ...rest] = chain.pieces;
          engine = new Engine(compile(whole(living)));
          engine.takeOver(first, rest);
        }
        feed(engine, generate(random, engine.now, random(8)));
        chain.add(engine.increment({ renews: random(4) === 0 }));
        const [first = new Uint8Array(), ...rest] = chain.pieces;
        const restored = new Engine(compile(whole(living)));
        restored.restore(first, rest);
        expect(Buffer.from(restored.snapshot()).equals(Buffer.from(engine.snapshot())), `seed ${seed}, round ${round}`).toBe(true);
      }
    }
  });

  const held = 'define stream S (k string, v int);\nfrom S#window.length(50000) select sum(v) as a insert into O;';
  const filled = (): Engine => {
    const engine = new Engine(compile(`${held} @info(name='gone') from S#window.length(10) select count() as n insert into P;`));
    for (let index = 0; index < 50_000; index++) engine.send('S', index, [`k${index % 10}`, index]);
    return engine;
  };

  it('and cost what changed, and the rules that changed', () => {
    const engine = filled();
    const snapshot = engine.snapshot({ followed: true });
    engine.change({ remove: ['gone'], add: "@info(name='come') from S#window.length(20) select count() as n insert into Q;" });
    engine.send('S', 50_000, ['k', 1]);
    const changed = engine.increment() ?? new Uint8Array();
    expect(changed.length).toBeLessThan(2000);
    const next = new Engine(compile(`${held} @info(name='come') from S#window.length(20) select count() as n insert into Q; from S select k insert into Other;`));
    next.takeOver(snapshot, [changed]);
    next.send('S', 50_001, ['k', 1]);
    expect(next.increment()?.length).toBeLessThan(2000);
  });

  it('only where they are to', () => {
    const next = new Engine(compile(held));
    next.takeOver(filled().snapshot());
    expect(next.increment()).toBeUndefined();
  });
});
