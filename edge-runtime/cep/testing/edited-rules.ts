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

/** No two hold the same, or one could go on with what the other leaves. None selects `max` or `min` anew over a window that is kept: as Siddhi's do, they forget a value that leaves once for each time it came, which a window does not tell. */
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
  // Further windows.
  { variants: ['from S#window.timeLength(40, 3) select sum(v) as a insert into OUT;', 'from S#window.timeLength(40, 3) select count() as a insert into OUT;', 'from S#window.timeLength(40, 2) select sum(v) as a insert into OUT;'], kept: sameWindow },
  { variants: ['from S#window.session(20, k) select k, count() as a group by k insert into OUT;', 'from S#window.session(15, k) select k, count() as a group by k insert into OUT;'], kept: same },
  { variants: ['from S#window.sort(3, v) select k, sum(v) as a insert all events into OUT;', 'from S#window.sort(3, v) select k, count() as a insert all events into OUT;', "from S#window.sort(3, v, 'desc') select k, sum(v) as a insert all events into OUT;"], kept: sameWindow },
  { variants: ['from S#window.delay(20) select k, v insert into OUT;', 'from S#window.delay(20) select v insert into OUT;', 'from S#window.delay(30) select k, v insert into OUT;'], kept: sameWindow },
  { variants: ['from S#window.hopping(40, 20) select k, sum(v) as a group by k order by k limit 1 insert into OUT;', 'from S#window.hopping(40, 10) select k, sum(v) as a group by k order by k limit 1 insert into OUT;'], kept: same },
  { variants: ["from S#window.expression('count() <= 3') select sum(v) as a insert into OUT;", "from S#window.expression('count() <= 4') select sum(v) as a insert into OUT;"], kept: same },
  { variants: ['from S#window.unique:length(k, 2) select sum(v) as a insert into OUT;', 'from S#window.unique:length(k, 1) select sum(v) as a insert into OUT;'], kept: same },
  { variants: ['from S#window.frequent(1, k) select k, v insert into OUT;', 'from S#window.frequent(2, k) select k, v insert into OUT;'], kept: same },
  { variants: ['from S#window.length(7) select distinctCount(k) as a, stdDev(v) as b insert into OUT;', 'from S#window.length(8) select distinctCount(k) as a, stdDev(v) as b insert into OUT;'], kept: same },
  // Further patterns and sequences.
  { variants: ['from every a=S[v > 4]<2:3> -> b=R[k == a[0].k] select a[last].v as a, b.v as b insert into OUT;', 'from every a=S[v > 4]<2:3> -> b=R[k == a[0].k] select a[0].v as a, b.v as b insert into OUT;', 'from every a=S[v > 4]<1:3> -> b=R[k == a[0].k] select a[last].v as a, b.v as b insert into OUT;'], kept: sameWindow },
  { variants: ['from every (a=S[v > 5] and b=R[v > 3]) -> c=S[v < 3] select a.v as a, b.v as b, c.v as c insert into OUT;', 'from every (a=S[v > 5] or b=R[v > 3]) -> c=S[v < 3] select a.v as a, b.v as b, c.v as c insert into OUT;'], kept: same },
  { variants: ['from every a=S[v > 4] -> not S[k == a.k] for 15 milliseconds select a.v as a insert into OUT;', 'from every a=S[v > 4] -> not S[k == a.k] for 25 milliseconds select a.v as a insert into OUT;'], kept: same },
  { variants: ['from every a=S, b=S[v >= b[last].v or b[last].v is null]*, c=S[v < a.v] select a.v as a, b[last].v as b, c.v as c insert into OUT;', 'from every a=S, b=S[v >= b[last].v or b[last].v is null]*, c=S[v <= a.v] select a.v as a, b[last].v as b, c.v as c insert into OUT;'], kept: same },
  // Further joins.
  { variants: ['from S#window.length(2) as l left outer join R#window.time(40) as r on l.k == r.k select l.v as a, r.v as b insert all events into OUT;', 'from S#window.length(2) as l full outer join R#window.time(40) as r on l.k == r.k select l.v as a, r.v as b insert all events into OUT;'], kept: same },
  { variants: ['from S#window.length(2) as l unidirectional join R#window.length(3) as r on l.v > r.v select l.v as a, count() as b group by l.v insert into OUT;', 'from S#window.length(2) as l unidirectional join R#window.length(3) as r on l.v > r.v select l.v as a, sum(r.v) as b group by l.v insert into OUT;'], kept: same },
  { variants: ['define window OUTw (k string, v int) time(50); from S select k, v insert into OUTw; from R join OUTw on R.k == OUTw.k select OUTw.v as a, R.v as b insert into OUT;', 'define window OUTw (k string, v int) time(60); from S select k, v insert into OUTw; from R join OUTw on R.k == OUTw.k select OUTw.v as a, R.v as b insert into OUT;'], kept: same },
  { variants: ['define window OUTw (k string, v int) lengthBatch(3); from S select k, v insert into OUTw; from every a=OUTw[v > 2] -> b=OUTw[k == a.k and v > a.v] select a.v as a, b.v as b insert into OUT;', 'define window OUTw (k string, v int) lengthBatch(2); from S select k, v insert into OUTw; from every a=OUTw[v > 2] -> b=OUTw[k == a.k and v > a.v] select a.v as a, b.v as b insert into OUT;'], kept: same },
  // Tables that are changed and looked into.
  { variants: ['define table OUTt (k string, v int); from S[v > 2] select k, v insert into OUTt; from S[v == 0] delete OUTt on OUTt.k == k; from R[v in OUTt] select k, v insert into OUT;', 'define table OUTt (k string, v int); from S[v > 2] select k, v insert into OUTt; from S[v == 0] delete OUTt on OUTt.k == k; from R[v in OUTt] select v insert into OUT;', 'define table OUTt (v int, k string); from S[v > 2] select v, k insert into OUTt; from S[v == 0] delete OUTt on OUTt.k == k; from R[v in OUTt] select k, v insert into OUT;'].map((one) => one.replace('v in OUTt', 'OUTt.v == v in OUTt')), kept: sameWindow },
  // Output rates.
  { variants: ['from S select k, sum(v + 1) as a group by k output first every 3 events insert into OUT;', 'from S select k, sum(v + 2) as a group by k output all every 3 events insert into OUT;'], kept: same },
  { variants: ['from S#window.length(5) select k, sum(v) as a group by k output snapshot every 25 milliseconds insert into OUT;', 'from S#window.length(6) select k, sum(v) as a group by k output snapshot every 35 milliseconds insert into OUT;'], kept: same },
  // Partitions of other kinds.
  { variants: ["partition with (v > 4 as 'high' or v <= 4 as 'low' of S) begin from S#window.lengthBatch(2) select k, count() as a insert into OUT; end;", "partition with (v > 5 as 'high' or v <= 5 as 'low' of S) begin from S#window.lengthBatch(2) select k, count() as a insert into OUT; end;"], kept: same },
  { variants: ['partition with (k of S) begin from S[v > 1] select k, v insert into #I; from every a=#I -> b=#I[v > a.v] within 60 milliseconds select a.v as a, b.v as b insert into OUT; end;', 'partition with (k of S) begin from S[v > 2] select k, v insert into #I; from every a=#I -> b=#I[v > a.v] within 60 milliseconds select a.v as a, b.v as b insert into OUT; end;'], kept: same },
  { variants: ['partition with (k of S, k of R) begin from S#window.time(40) as l join R#window.length(2) as r on l.v > r.v select l.k as k, l.v as a, r.v as b output last every 30 milliseconds insert into OUT; end;', 'partition with (k of S, k of R) begin from S#window.time(50) as l join R#window.length(3) as r on l.v > r.v select l.k as k, l.v as a, r.v as b output last every 20 milliseconds insert into OUT; end;'], kept: same },
  // What stands beside it in its partition and never answers is another, and so are what it reads and where it stands.
  { variants: ['partition with (k of S) begin from S[v > 90]#window.length(2) select k, count() as a insert into OUT; from S#window.time(40) select k, sum(v) as a insert into OUT; end;', 'partition with (k of S) begin from S#window.time(40) select k, sum(v) as a insert into OUT; from S[v > 91]#window.time(20) select k, count() as a insert into OUT; from every a=S[v > 92] -> b=S select b.k as k, 1L as a insert into OUT; end;'], kept: sameWindow },
  { variants: ['partition with (k of S) begin from S[v > 2] select k, v insert into #OUTi; from #OUTi#window.length(2) select k, sum(v) as a insert into OUT; from #OUTi[v > 90] select k, count() as a insert into OUT; end;', 'partition with (k of S) begin from S[v > 2] select k, v insert into #OUTi; from #OUTi#window.length(2) select k, sum(v) as a insert into OUT; end;', 'partition with (k of S) begin from S[v > 3] select k, v insert into #OUTi; from #OUTi#window.length(2) select k, sum(v) as a insert into OUT; end;'], kept: sameWindow },
  // Triggers and aggregations.
  { variants: ['define trigger OUTg at every 20 milliseconds; from OUTg select triggered_time as a insert into OUT;', 'define trigger OUTg at every 30 milliseconds; from OUTg select triggered_time as a insert into OUT;', "define trigger OUTg at '*/1 * * * * ?'; from OUTg select triggered_time as a insert into OUT;"], kept: same },
  { variants: ['define trigger OUTg at every 25 milliseconds; from OUTg join S#window.length(2) as s select OUTg.triggered_time as a, s.v as b insert into OUT;', 'define trigger OUTg at every 25 milliseconds; from OUTg join S#window.length(2) as s select s.v as b insert into OUT;', 'define trigger OUTg at every 35 milliseconds; from OUTg join S#window.length(2) as s select OUTg.triggered_time as a, s.v as b insert into OUT;'], kept: sameWindow },
  { variants: ['define trigger OUTg at every 25 milliseconds; from OUTg#window.length(3) select count() as a, max(triggered_time) as b insert into OUT;', 'define trigger OUTg at every 15 milliseconds; from OUTg#window.length(3) select count() as a, max(triggered_time) as b insert into OUT;'], kept: same },
  { variants: ["define aggregation OUTa from S select k, sum(v) as t group by k aggregate every sec ... min; from R join OUTa on R.k == OUTa.k within 0L, 9999999999999L per 'sec' select OUTa.t as a insert into OUT;", "define aggregation OUTa from S select k, sum(v) as t group by k aggregate every sec ... min; from R join OUTa on R.k == OUTa.k within 0L, 9999999999999L per 'sec' select OUTa.t + 1L as a insert into OUT;", "define aggregation OUTa from S select k, count() as t group by k aggregate every sec ... min; from R join OUTa on R.k == OUTa.k within 0L, 9999999999999L per 'sec' select OUTa.t as a insert into OUT;"], kept: sameWindow },
];

/** So many random edits a test makes. */
export const EDITS = 1000;

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

/** What a rule's text consists of, by the names under which it is taken out again. */
export function partsOf(rule: number, variant: number): { remove: string[]; undefine: string[] } {
  const text = textOf(rule, variant).replaceAll(/ begin .*? end;/g, ' begin end;');
  return { remove: [...text.matchAll(/@info\(name='([^']+)'\)/g)].map(([, name]) => name ?? ''), undefine: [...text.matchAll(/define \w+ (\w+)/g)].map(([, name]) => name ?? '') };
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
