import type { Engine, Row } from '../index.ts';

/**
 * One rule in its variants: what an author may do to it. `kept` says of which former variant each one goes on from; of any
 * other it begins anew. What is said of the rule's own text holds only while nothing before it changed.
 */
export interface Rule {
  variants: readonly string[];
  /** Whether variant `to` goes on with what variant `from` remembered. */
  kept(from: number, to: number): boolean;
}

const same = (from: number, to: number): boolean => from === to;
/** A sliding window is kept when only what is selected changes; variants 0 and 1 are such. */
const sameWindow = (from: number, to: number): boolean => from === to || from + to === 1;

/** None selects `max` or `min` anew over a window that is kept: as Siddhi's do, they forget a value that leaves once for each time it came, which a window does not tell. */
export const RULES: readonly Rule[] = [
  { variants: ['from S#window.length(3) select k, sum(v) as a insert into OUT;', 'from S#window.length(3) select k, avg(v) as a insert into OUT;', 'from S#window.length(4) select k, sum(v) as a insert into OUT;'], kept: sameWindow },
  { variants: ['from S#window.time(40) select k, count() as a group by k insert into OUT;', 'from S#window.time(40) select k, avg(v) as a group by k insert into OUT;', 'from S[v > 2]#window.time(40) select k, count() as a group by k insert into OUT;'], kept: sameWindow },
  { variants: ['from S#window.time(25)[v > 2] select k, sum(v) as a group by k having a > 3L insert into OUT;', 'from S#window.time(25)[v > 2] select k, sum(v) + 1L as a group by k insert into OUT;'], kept: sameWindow },
  { variants: ['from S#window.lengthBatch(4) select sum(v) as a insert into OUT;', 'from S#window.lengthBatch(4) select count() as a insert into OUT;'], kept: same },
  { variants: ['from S#window.timeBatch(30) select sum(v) as a insert into OUT;', 'from S#window.timeBatch(20) select sum(v) as a insert into OUT;'], kept: same },
  { variants: ['from S select k, count() as a group by k insert into OUT;', 'from S select k, sum(v) as a group by k insert into OUT;'], kept: same },
  { variants: ['from every a=S[v > 3] -> b=S[k == a.k] within 60 milliseconds select a.v as a, b.v as b insert into OUT;', 'from every a=S[v > 3] -> b=S[k == a.k] within 60 milliseconds select b.v as b insert into OUT;', 'from every a=S[v > 4] -> b=S[k == a.k] within 60 milliseconds select a.v as a, b.v as b insert into OUT;'], kept: sameWindow },
  { variants: ['from every a=S, b=S[v > a.v] select a.v as a, b.v as b insert into OUT;', 'from every a=S, b=S[v < a.v] select a.v as a, b.v as b insert into OUT;'], kept: same },
  { variants: ['from every not S[v > 6] for 20 milliseconds select 1 as a insert into OUT;', 'from every not S[v > 5] for 20 milliseconds select 1 as a insert into OUT;'], kept: same },
  { variants: ['from S#window.length(2) as l join R#window.length(3) as r on l.k == r.k select l.v as a, r.v as b insert into OUT;', 'from S#window.length(2) as l join R#window.length(3) as r on l.k == r.k select r.v as b insert into OUT;', 'from S#window.length(2) as l join R#window.length(2) as r on l.k == r.k select l.v as a, r.v as b insert into OUT;'], kept: sameWindow },
  { variants: ['from S[count() > 2] select k, v insert into OUT;', 'from S[count() > 2] select k insert into OUT;', 'from S[count() > 3] select k, v insert into OUT;'], kept: sameWindow },
  { variants: ['from S#window.length(3)[max(v) == v] select k, sum(v) as a insert into OUT;', 'from S#window.length(3)[max(v) == v] select k, count() as a insert into OUT;'], kept: same },
  { variants: ['define window OUTw (k string, v int) length(2); from S insert into OUTw; partition with (k of OUTw) begin from OUTw select k, sum(v) as a insert all events into OUT; end;', 'define window OUTw (k string, v int) length(3); from S insert into OUTw; partition with (k of OUTw) begin from OUTw select k, sum(v) as a insert all events into OUT; end;'], kept: same },
  { variants: ['from S select k, v output last every 3 events insert into OUT;', 'from S select k, v output last every 4 events insert into OUT;'], kept: same },
  { variants: ['from S select k, v output last every 25 milliseconds insert into OUT;', 'from S select k, v output first every 25 milliseconds insert into OUT;'], kept: same },
  { variants: ['from S[v > 1] select k, v insert into OUTm; from OUTm#window.length(3) select sum(v) as a insert into OUT;', 'from S[v > 3] select k, v insert into OUTm; from OUTm#window.length(3) select sum(v) as a insert into OUT;'], kept: same },
  { variants: ['partition with (k of S) begin from S#window.length(2) select k, sum(v) as a insert into OUT; end;', 'partition with (k of S) begin from S#window.length(3) select k, sum(v) as a insert into OUT; end;'], kept: same },
  { variants: ["@primaryKey('k') define table OUTt (k string, v int); from S select k, v update or insert into OUTt on OUTt.k == k; from R join OUTt on OUTt.k == R.k select OUTt.v as a insert into OUT;", "@primaryKey('k') define table OUTt (k string, v int); from S select k, v update or insert into OUTt on OUTt.k == k; from R join OUTt on OUTt.k == R.k select OUTt.v + 1 as a insert into OUT;"], kept: () => true },
  { variants: ['define window OUTw (k string, v int) length(3); from S select k, v insert into OUTw; from OUTw select k, count() as a insert into OUT;', 'define window OUTw (k string, v int) length(3); from S[v > 2] select k, v insert into OUTw; from OUTw select k, count() as a insert into OUT;', 'define window OUTw (k string, v int) length(2); from S select k, v insert into OUTw; from OUTw select k, count() as a insert into OUT;'], kept: same },
];

/** Mulberry32. */
export function randomOf(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

export type Event = [stream: string, time: number, row: Row];
/** A rule's text in one of its variants, each of its queries with a name, or the partition around them. */
export function textOf(rule: number, variant: number): string {
  const text = (RULES[rule]?.variants[variant] ?? '').replaceAll('OUT', `O${rule}`);
  let count = 0;
  return text.replaceAll(/(^|; )(?=from|partition)/g, (before) => `${before}@info(name='rule${rule} ${++count}') `);
}

/** Hears what rules put out, each by its own list. */
export function listen(engine: Engine, rules: Iterable<number>): Map<number, string[]> {
  const heard = new Map<number, string[]>();
  for (const rule of rules) {
    const rows: string[] = [];
    heard.set(rule, rows);
    engine.onEvent(`O${rule}`, (time, row: Row) => rows.push(JSON.stringify([time, row])));
  }
  return heard;
}

export function feed(engine: Engine, events: readonly Event[]): void {
  for (const [stream, time, row] of events) engine.send(stream, time, row);
}

export function generate(random: (bound: number) => number, from: number, count: number): Event[] {
  let time = from;
  return Array.from({ length: count }, (): Event => [random(4) === 0 ? 'R' : 'S', (time += random(9)), [['x', 'y'][random(2)], random(8)]]);
}
