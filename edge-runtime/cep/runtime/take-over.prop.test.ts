import { describe, expect, it } from 'vitest';
import { compile, Engine } from '../index.ts';
import { EDITS, feed, generate, listen, randomOf, RULES, type Event } from '../testing/edited-rules.ts';

/** Rules by their place in `RULES`, in the order of the text, with their variant. */
type Text = readonly { rule: number; variant: number }[];

function write(text: Text): string {
  const [define, rest] = [[] as string[], [] as string[]];
  for (const { rule, variant } of text) {
    const written = (RULES[rule]?.variants[variant] ?? '').replaceAll('OUT', `O${rule}`);
    const statements: string[] = written.startsWith('partition') ? [written] : written.split(/(?<=;) /);
    for (const one of statements) (/^(@\w+\('k'\) )?define/.test(one) ? define : rest).push(one);
  }
  return ['define stream S (k string, v int);', 'define stream R (k string, v int);', ...define, ...rest].join('\n');
}

/** What one rule of a text does when it runs alone from `start` on. */
function alone(one: Text[number], start: number, before: readonly Event[], after: readonly Event[]): string[] {
  const engine = new Engine(compile(write([one])), { start });
  feed(engine, before);
  const rows = listen(engine, [one.rule]).get(one.rule) ?? [];
  feed(engine, after);
  return rows;
}

describe('another version of an app', () => {
  it('goes on with what is the same and begins anew with the rest, over a thousand random edits', { timeout: 300_000 }, () => {
    for (let seed = 1; seed <= EDITS; seed++) {
      const random = randomOf(seed);
      const chosen = RULES.map((_, rule) => rule).filter(() => random(3) === 0);
      const old: Text = chosen.map((rule) => ({ rule, variant: random(RULES[rule]?.variants.length ?? 1) }));
      // Some go, some come, some change, and they change places.
      const edited = [...old.filter(() => random(6) > 0), ...RULES.map((_, rule) => ({ rule, variant: 0 })).filter(({ rule }) => !chosen.includes(rule) && random(8) === 0)]
        .map((one) => (random(3) === 0 ? { ...one, variant: random(RULES[one.rule]?.variants.length ?? 1) } : one))
        .sort((left, right) => ((left.rule * 7 + seed) % 5) - ((right.rule * 7 + seed) % 5));
      const before = generate(random, 1000, 12 + random(20));
      const at = before.at(-1)?.[1] ?? 1000;
      const after = generate(random, at, 25);

      // Saved whole at the edit, or before it with increments up to it.
      const first = new Engine(compile(write(old)), { start: 1000 });
      const whole = random(2) === 0 ? before.length : random(before.length);
      feed(first, before.slice(0, whole));
      const snapshot = first.snapshot({ followed: true });
      const increments: Uint8Array[] = [];
      for (let from = whole; from < before.length; ) {
        const to = from + 1 + random(8);
        feed(first, before.slice(from, to));
        increments.push(first.increment() ?? new Uint8Array());
        from = to;
      }
      const second = new Engine(compile(write(edited)));
      second.takeOver(snapshot, increments);
      const heard = listen(second, edited.map((one) => one.rule));
      feed(second, after);

      for (const one of edited) {
        const former = old.find(({ rule }) => rule === one.rule);
        const goesOn = former !== undefined && RULES[one.rule]?.kept(former.variant, one.variant) === true;
        const expected = goesOn ? alone(one, 1000, before, after) : alone(one, at, [], after);
        expect(heard.get(one.rule), `seed ${seed}, rule ${one.rule} ${goesOn ? 'goes on' : 'begins anew'}:\n${write(old)}\n---\n${write(edited)}`).toEqual(expected);
      }
    }
  });

  it('says what of the former one is lost', () => {
    const former = new Engine(compile('define stream S (k string, v int); from S#window.time(1 hour) select sum(v) as t insert into O; from S#window.length(5) select max(v) as m insert into P;'));
    former.send('S', 1, ['x', 1]);
    const next = new Engine(compile('define stream S (k string, v int); from S#window.time(2 hours) select sum(v) as t insert into O; from S#window.length(5) select max(v) as m insert into P;'));
    expect(next.takeOver(former.snapshot())).toEqual(['1-hour window of S']);
  });

  it('takes nothing over from a snapshot that does not say what its states are', () => {
    const app = compile('define stream S (k string, v int); from S#window.length(3) select sum(v) as t insert into O;');
    const bytes = new Engine(app).snapshot();
    bytes[bytes.indexOf(3)] = 1;
    expect(() => new Engine(app).takeOver(bytes)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^snapshot\./) }));
  });
});
