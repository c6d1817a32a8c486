import type { Choices } from './choices.ts';
import { defineStream, generateSteps, ownTimes, type StreamShape } from './events.ts';
import type { Generated } from './generated.ts';

const [A, B, C]: [StreamShape, StreamShape, StreamShape] = [shape('A'), shape('B'), shape('C')];
const ATTRIBUTES = '(k string, i int, d double, t long)';

function shape(name: string): StreamShape {
  return { name, columns: [{ name: 'k', type: 'string' }, { name: 'i', type: 'int' }, { name: 'd', type: 'double' }, { name: 't', type: 'long' }] };
}

const WINDOWS = [
  '', '#window.length(3)', '#window.length(1)', '#window.lengthBatch(3)', '#window.lengthBatch(2, true)', '#window.time(12 milliseconds)', '#window.timeBatch(12 milliseconds)',
  '#window.timeLength(12 milliseconds, 2)', '#window.externalTime(t, 12)', '#window.externalTimeBatch(t, 12)', '#window.batch()', '#window.session(8 milliseconds)', '#window.session(8 milliseconds, k)',
  '#window.sort(3, i)', "#window.sort(2, k, 'asc', i, 'desc')", '#window.frequent(2, k)', "#window.expression('count() <= 3')", '#window.lossyFrequent(0.3, 0.1, k)', '#window.timeBatch(10 milliseconds, true)', '#window.length(0)',
];
const NAMED = ['length(3)', 'lengthBatch(2)', 'time(12 milliseconds)', 'timeBatch(12 milliseconds)', 'sort(2, i)', 'externalTimeBatch(t, 12)', 'batch()', "expression('count() <= 2')", 'timeLength(12 milliseconds, 2)'];

/** A side of a join: how it is written, what it needs defined, and what feeds it. */
interface Side {
  text: string;
  define: string;
  feed: string;
  isTable: boolean;
}

/** Streams, windows by name and tables, with everything that may stand behind them, joined with each other. */
export function wideJoinCase(choices: Choices): Generated {
  const left = sideOf(choices, 'l', 'A');
  const right = left.isTable ? { text: 'B#window.length(2) as r', define: '', feed: '', isTable: false } : sideOf(choices, 'r', choices.pick(['B', 'B', 'B', 'A']));
  const kind = choices.pick(['join', 'join', 'left outer join', 'right outer join', 'full outer join', 'inner join']);
  const [one, two] = choices.pick([['', ''], ['', ''], ['', ''], [' unidirectional', ''], ['', ' unidirectional']]);
  const on = choices.pick(['l.k == r.k', 'l.k == r.k and l.i < r.i', 'l.i > r.i', 'l.k == r.k or l.i == r.i', 'l.i == r.i', 'l.i + 1 == r.i', "l.k == 'x' and r.i > 2", 'not (l.k == r.k)', 'l.d > r.i', 'r.k == l.k and r.i == l.i', 'l.t == r.t', 'l.k is null or l.k == r.k']);
  const select = choices.pick([
    'l.k as k1, r.k as k2, l.i as a, r.i as b', 'l.k as k1, sum(r.i) as s, count() as n group by l.k', 'l.i + r.i as s, l.d * r.i as m', 'l.k as k1, max(r.d) as m, avg(l.i) as v',
    'l.k as k1, r.i as b order by b desc, k1 limit 2', 'l.k as k1, r.i as b, count() as n group by l.k, r.i', 'l.i as a, r.i as b, l is null as ln, r is null as rn',
    'coalesce(l.k, r.k) as k, ifThenElse(r.i is null, 0, r.i) as b', 'min(r.i) as lo, stdDev(l.d) as sd', 'count() as n', 'l.k as k1, r.k as k2 limit 1 offset 1', 'l.k as k1, sum(l.i) as s group by l.k order by s',
  ]);
  const rate = choices.chance(12) ? choices.pick([' output every 2 events', ' output last every 3 events', ' output first every 2 events', ' output all every 3 events']) : '';
  const query = `@info(name='q') from ${left.text}${left.isTable ? '' : one} ${kind} ${right.text}${right.isTable ? '' : two}${choices.chance(90) ? ` on ${on}` : ''} select ${select}${rate} insert ${choices.pick(['', 'all events ', 'expired events '])}into O;`;
  return { app: `${[A, B, C].map(defineStream).join(' ')} ${left.define} ${right.define} ${left.feed} ${right.feed} ${query}`, steps: ownTimes(generateSteps(choices, [A, B, C], 22)) };
}

function sideOf(choices: Choices, alias: string, stream: string): Side {
  const kind = choices.below(10);
  if (kind <= 5) return { text: `${stream}${choices.pick(['', '', '', '', '[i > 1]', "[k != 'z']"])}${choices.pick(WINDOWS)} as ${alias}`, define: '', feed: '', isTable: false };
  if (kind <= 7) {
    const table = `T${alias}`;
    const key = choices.pick(['', '', "@primaryKey('k') ", "@index('i') ", "@primaryKey('k', 'i') "]);
    const feed = `from C${choices.pick(['', '[i > 2]'])} ${choices.pick([`insert into ${table};`, `select k, i, d, t update or insert into ${table} on ${table}.k == k;`])}`;
    return { text: `${table} as ${alias}`, define: `${key}define table ${table} ${ATTRIBUTES};`, feed, isTable: true };
  }
  const window = `W${alias}`;
  const define = `define window ${window} ${ATTRIBUTES} ${choices.pick(NAMED)}${choices.pick(['', ' output all events', ' output current events', ' output expired events'])};`;
  return { text: `${window}${choices.pick(['', '', '', '', '[i > 1]'])} as ${alias}`, define, feed: `from ${choices.pick(['C', stream])} insert into ${window};`, isTable: false };
}
