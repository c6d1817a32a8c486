import { describe, expect, it } from 'vitest';
import { compile, Engine } from '../index.ts';
import { EDITS, feed, generate, listen, partsOf, randomOf, RULES, textOf, type Event, type Rule } from '../testing/edited-rules.ts';

/** What a rule is at a moment: its variant, and since when it remembers. */
interface Living {
  variant: number;
  /** How many events had been before it began. */
  since: number;
  start: number;
}

const EDITED = RULES.map((rule, index) => ({ rule, index }));
const STREAMS = 'define stream S (k string, v int);\ndefine stream R (k string, v int);\n';

/** What a rule put out over `events` from the place `from` on, had it lived alone. */
function alone(index: number, { variant, since, start }: Living, events: readonly Event[], from: number): string[] {
  const engine = new Engine(compile(STREAMS + textOf(index, variant)), { start });
  feed(engine, events.slice(since, from));
  const rows = listen(engine, [index]).get(index) ?? [];
  feed(engine, events.slice(from));
  return rows;
}

describe('single rules of an app that runs', () => {
  it('come, change and go over a thousand random edits, and none misses or doubles a row', { timeout: 300_000 }, () => {
    let edits = 0;
    for (let seed = 1; edits < EDITS; seed++) {
      const random = randomOf(seed);
      const living = new Map<number, Living>();
      for (const { index, rule } of EDITED) if (random(3) === 0) living.set(index, { variant: random(rule.variants.length), since: 0, start: 1000 });
      const whole = (): string => STREAMS + [...living].map(([index, { variant }]) => textOf(index, variant)).join('\n');
      const engine = new Engine(compile(whole()), { start: 1000 });
      const heard = listen(engine, living.keys());
      const events: Event[] = [];
      const goOn = (): void => {
        const from = events.length;
        for (const rows of heard.values()) rows.length = 0;
        events.push(...generate(random, events.at(-1)?.[1] ?? 1000, 8 + random(12)));
        feed(engine, events.slice(from));
        for (const [index, rows] of heard) {
          const one = living.get(index);
          expect(rows, `seed ${seed}, rule ${index} after ${edits} edits`).toEqual(one === undefined ? [] : alone(index, one, events, from));
        }
      };
      goOn();
      for (let round = 0; round < 8; round++) {
        edits++;
        const { index, rule } = EDITED[random(EDITED.length)] ?? { index: 0, rule: RULES[0] as Rule };
        const now = living.get(index);
        const variant = random(rule.variants.length);
        const next: Living = { variant, since: events.length, start: engine.now };
        if (now === undefined) {
          engine.change({ add: textOf(index, variant) });
          living.set(index, next);
        } else if (random(3) === 0) {
          engine.change(partsOf(index, now.variant));
          living.delete(index);
        } else {
          engine.change({ ...partsOf(index, now.variant), add: textOf(index, variant) });
          living.delete(index);
          living.set(index, rule.kept(now.variant, variant) ? { ...now, variant } : next);
        }
        if (!heard.has(index) && living.has(index)) for (const [key, rows] of listen(engine, [index])) heard.set(key, rows);
        goOn();
      }
      // What all of that has become is what an engine of the whole text takes over.
      const fresh = new Engine(compile(whole()));
      expect(fresh.takeOver(engine.snapshot())).toEqual([]);
      const [left, right] = [listen(engine, living.keys()), listen(fresh, living.keys())];
      const more = generate(random, events.at(-1)?.[1] ?? 1000, 25);
      feed(engine, more);
      feed(fresh, more);
      expect(right, `seed ${seed}`).toEqual(left);
    }
  });

  it('change nothing of the others when they go and come again', { timeout: 120_000 }, () => {
    for (let seed = 1; seed <= EDITS / 5; seed++) {
      const random = randomOf(seed);
      const [other, ...rest] = [...EDITED].sort((a, b) => ((a.index * 7 + seed) % 13) - ((b.index * 7 + seed) % 13));
      const stay = rest.filter(() => random(2) === 0).map(({ index }) => index);
      if (other === undefined) continue;
      const text = STREAMS + [...stay, other.index].map((index) => textOf(index, 0)).join('\n');
      const [left, right] = [new Engine(compile(text), { start: 1000 }), new Engine(compile(text), { start: 1000 })];
      const never = new Engine(compile(STREAMS + stay.map((index) => textOf(index, 0)).join('\n')), { start: 1000 });
      const [expected, found] = [listen(left, stay), listen(right, stay)];
      let at = 1000;
      for (let round = 0; round < 6; round++) {
        const events = generate(random, at, 10);
        at = events.at(-1)?.[1] ?? at;
        feed(left, events);
        feed(right, events);
        feed(never, events);
        if (round % 2 === 0) {
          right.change(partsOf(other.index, 0));
          expect(right.snapshot(), `seed ${seed}, without rule ${other.index}`).toEqual(never.snapshot());
        } else right.change({ add: textOf(other.index, 0) });
      }
      expect(found, `seed ${seed}`).toEqual(expected);
    }
  });
});

