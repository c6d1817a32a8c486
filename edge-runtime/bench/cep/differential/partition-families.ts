import type { Choices } from './choices.ts';
import { defineStream, generateSteps, oneByOne, type StreamShape } from './events.ts';
import type { Generated } from './generated.ts';

const [A, B, C]: [StreamShape, StreamShape, StreamShape] = [
  { name: 'A', columns: [{ name: 'k', type: 'string' }, { name: 'v', type: 'int' }], missing: 3 },
  { name: 'B', columns: [{ name: 'k', type: 'string' }, { name: 'v', type: 'int' }] },
  { name: 'C', columns: [{ name: 'k', type: 'string' }, { name: 'v', type: 'int' }] },
];

const TABLE = 'define table T (k string, v int);';
const WITH = ['k of A, k of B', 'k of A, k of B', 'k of A', "v < 3 as 'low' or v >= 3 as 'high' of A, k of B", "v < 3 as 'low' or v >= 2 as 'high' of A", 'v of A, v of B'];

/**
 * Queries that share a partition: what one key does is nothing to another. Siddhi tells of streams only,
 * so a query outside forwards; and of two keys due at the same time it rings one, so no two events share a time.
 */
export function partitionCase(choices: Choices): Generated {
  const body = choices.several(1, 2, (index) => bodyOf(choices, `O${index}`)).join(' ');
  const forwards = "@info(name='q0') from O0 select * insert into P0;";
  const define = [A, B, C].map(defineStream).join(' ');
  const steps = generateSteps(choices, [A, B, C], 26, 100, 1);
  return { app: `${define} ${TABLE} from C select k, v insert into T; partition with (${choices.pick(WITH)}) begin ${body} end; ${forwards}`, steps: /time|for \d/.test(body) ? oneByOne(steps) : steps };
}

function bodyOf(choices: Choices, out: string): string {
  const inner = choices.chance(25);
  const source = inner ? `#M${out}` : 'A';
  const prepare = inner ? `from A${choices.pick(['', '[v > 1]', '#window.length(2)'])} select k, v insert into #M${out};` : '';
  return `${prepare} from ${sourceOf(choices, source)} insert ${choices.pick(['', '', 'all events ', 'expired events '])}into ${out};`;
}

function sourceOf(choices: Choices, source: string): string {
  const kind = choices.below(9);
  if (kind <= 2) return `${source}${windowOf(choices)} ${selectionOf(choices)}${rateOf(choices)}`;
  if (kind === 3) return `every a=${source} -> b=${choices.pick(['B', source, 'C'])}[v ${choices.pick(['>', '!=', '=='])} a.v]${choices.pick(['', ' within 20 milliseconds'])} select a.k as k, a.v as x, b.v as y`;
  if (kind === 4) return `every a=${source}${choices.pick(['+', '', '*'])}, b=${choices.pick(['B', source])}[v ${choices.pick(['>', '<'])} 2] select b.k as k, a${choices.pick(['[0]', '[last]', ''])}.v as x, b.v as y`;
  if (kind === 5) return `${choices.pick(['every ', ''])}a=${source} -> not ${choices.pick(['B', source])}[v > 2] for ${choices.pick([10, 20])} milliseconds select a.k as k, a.v as x, a.v + 1 as y`;
  if (kind === 6) return `${source}${choices.pick(['#window.length(2)', '#window.time(20 milliseconds)', '#window.length(1)'])} as l ${choices.pick(['join', 'left outer join', 'right outer join', 'full outer join'])} ${choices.pick(['B', 'C', source])}#window.length(2) as r on l.v ${choices.pick(['==', '<', '>='])} r.v select l.k as k, l.v as x, r.v as y`;
  if (kind === 7) return `${source} as l ${choices.pick(['join', 'left outer join'])} T as t on t.k == l.k select l.k as k, l.v as x, t.v as y`;
  return `every (a=${source} ${choices.pick(['and', 'or'])} b=${choices.pick(['B', 'C'])})${choices.pick(['', ` -> c=${source}`])} select a.k as k, a.v as x, b.v as y`;
}

function windowOf(choices: Choices): string {
  return choices.pick(['', '#window.length(2)', '#window.lengthBatch(2)', '#window.time(20 milliseconds)', '#window.timeBatch(15 milliseconds)', '#window.length(1)', '#window.timeLength(20 milliseconds, 2)', '#window.sort(2, v)', '#window.length(3)']);
}

function selectionOf(choices: Choices): string {
  return choices.pick(['select k, v as x, v as y', 'select k, sum(v) as x, count() as y', 'select k, v as x, count() as y group by v', 'select k, max(v) as x, min(v) as y group by k', 'select k, v as x, avg(v) as y having y > 2.0', 'select k, v as x, distinctCount(v) as y', 'select k, v as x, v as y order by v desc limit 2']);
}

function rateOf(choices: Choices): string {
  if (!choices.chance(25)) return '';
  return choices.pick([' output last every 2 events', ' output first every 2 events', ' output every 2 events', ' output first every 20 milliseconds']);
}
