import { describe, expect, it } from 'vitest';
import { compile, Engine, type Row } from '../index.ts';

/**
 * One rule in its variants: what an author may do to it. `kept` says of which former variant each one goes on from; of any
 * other it begins anew. What is said of the rule's own text holds only while nothing before it changed.
 */
interface Rule {
  variants: readonly string[];
  /** Whether variant `to` goes on with what variant `from` remembered. */
  kept(from: number, to: number): boolean;
}

const same = (from: number, to: number): boolean => from === to;
/** A sliding window is kept when only what is selected changes; variants 0 and 1 are such. */
const sameWindow = (from: number, to: number): boolean => from === to || from + to === 1;

const RULES: readonly Rule[] = [
  { variants: ['from S#window.length(3) select k, sum(v) as a insert into OUT;', 'from S#window.length(3) select k, max(v) as a insert into OUT;', 'from S#window.length(4) select k, sum(v) as a insert into OUT;'], kept: sameWindow },
  { variants: ['from S#window.time(40) select k, count() as a group by k insert into OUT;', 'from S#window.time(40) select k, avg(v) as a group by k insert into OUT;', 'from S[v > 2]#window.time(40) select k, count() as a group by k insert into OUT;'], kept: sameWindow },
  { variants: ['from S#window.time(25)[v > 2] select k, sum(v) as a group by k having a > 3L insert into OUT;', 'from S#window.time(25)[v > 2] select k, sum(v) + 1L as a group by k insert into OUT;'], kept: sameWindow },
  { variants: ['from S#window.lengthBatch(4) select sum(v) as a insert into OUT;', 'from S#window.lengthBatch(4) select count() as a insert into OUT;'], kept: same },
  { variants: ['from S#window.timeBatch(30) select sum(v) as a insert into OUT;', 'from S#window.timeBatch(20) select sum(v) as a insert into OUT;'], kept: same },
  { variants: ['from S select k, count() as a group by k insert into OUT;', 'from S select k, sum(v) as a group by k insert into OUT;'], kept: same },
  { variants: ['from every a=S[v > 3] -> b=S[k == a.k] within 60 milliseconds select a.v as a, b.v as b insert into OUT;', 'from every a=S[v > 3] -> b=S[k == a.k] within 60 milliseconds select b.v as b insert into OUT;', 'from every a=S[v > 4] -> b=S[k == a.k] within 60 milliseconds select a.v as a, b.v as b insert into OUT;'], kept: sameWindow },
  { variants: ['from every a=S, b=S[v > a.v] select a.v as a, b.v as b insert into OUT;', 'from every a=S, b=S[v < a.v] select a.v as a, b.v as b insert into OUT;'], kept: same },
  { variants: ['from every not S[v > 6] for 20 milliseconds select 1 as a insert into OUT;', 'from every not S[v > 5] for 20 milliseconds select 1 as a insert into OUT;'], kept: same },
  { variants: ['from S#window.length(2) as l join R#window.length(3) as r on l.k == r.k select l.v as a, r.v as b insert into OUT;', 'from S#window.length(2) as l join R#window.length(3) as r on l.k == r.k select r.v as b insert into OUT;', 'from S#window.length(2) as l join R#window.length(2) as r on l.k == r.k select l.v as a, r.v as b insert into OUT;'], kept: sameWindow },
  { variants: ['from S select k, v output last every 3 events insert into OUT;', 'from S select k, v output last every 4 events insert into OUT;'], kept: same },
  { variants: ['from S select k, v output last every 25 milliseconds insert into OUT;', 'from S select k, v output first every 25 milliseconds insert into OUT;'], kept: same },
  { variants: ['from S[v > 1] select k, v insert into OUTm; from OUTm#window.length(3) select sum(v) as a insert into OUT;', 'from S[v > 3] select k, v insert into OUTm; from OUTm#window.length(3) select sum(v) as a insert into OUT;'], kept: same },
  { variants: ['partition with (k of S) begin from S#window.length(2) select k, sum(v) as a insert into OUT; end;', 'partition with (k of S) begin from S#window.length(3) select k, sum(v) as a insert into OUT; end;'], kept: same },
  { variants: ["@primaryKey('k') define table OUTt (k string, v int); from S select k, v update or insert into OUTt on OUTt.k == k; from R join OUTt on OUTt.k == R.k select OUTt.v as a insert into OUT;", "@primaryKey('k') define table OUTt (k string, v int); from S select k, v update or insert into OUTt on OUTt.k == k; from R join OUTt on OUTt.k == R.k select OUTt.v + 1 as a insert into OUT;"], kept: () => true },
  { variants: ['define window OUTw (k string, v int) length(3); from S select k, v insert into OUTw; from OUTw select k, count() as a insert into OUT;', 'define window OUTw (k string, v int) length(3); from S[v > 2] select k, v insert into OUTw; from OUTw select k, count() as a insert into OUT;'], kept: same },
];

/** Mulberry32. */
function randomOf(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

type Event = [stream: string, time: number, row: Row];
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

function listen(engine: Engine, rules: Text): Map<number, string[]> {
  const heard = new Map<number, string[]>();
  for (const { rule } of rules) {
    const rows: string[] = [];
    heard.set(rule, rows);
    engine.onEvent(`O${rule}`, (time, row) => rows.push(JSON.stringify([time, row])));
  }
  return heard;
}

function feed(engine: Engine, events: readonly Event[]): void {
  for (const [stream, time, row] of events) engine.send(stream, time, row);
}

function generate(random: (bound: number) => number, from: number, count: number): Event[] {
  let time = from;
  return Array.from({ length: count }, (): Event => [random(4) === 0 ? 'R' : 'S', (time += random(9)), [['x', 'y'][random(2)], random(8)]]);
}

/** What one rule of a text does when it runs alone from `start` on. */
function alone(one: Text[number], start: number, before: readonly Event[], after: readonly Event[]): string[] {
  const engine = new Engine(compile(write([one])), { start });
  feed(engine, before);
  const rows = listen(engine, [one]).get(one.rule) ?? [];
  feed(engine, after);
  return rows;
}

describe('another version of an app', () => {
  it('goes on with what is the same and begins anew with the rest, over a thousand random edits', { timeout: 300_000 }, () => {
    for (let seed = 1; seed <= 1000; seed++) {
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

      const first = new Engine(compile(write(old)), { start: 1000 });
      feed(first, before);
      const second = new Engine(compile(write(edited)));
      second.takeOver(first.snapshot());
      const heard = listen(second, edited);
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
    bytes[bytes.indexOf(2)] = 1;
    expect(() => new Engine(app).takeOver(bytes)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^snapshot\./) }));
  });
});
