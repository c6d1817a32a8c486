import type { Step } from '../answer-case.ts';
import type { Choices } from './choices.ts';
import { defineStream, generateSteps, type StreamShape } from './events.ts';
import type { Generated } from './generated.ts';

const [A, B, C]: [StreamShape, StreamShape, StreamShape] = [
  { name: 'A', columns: [{ name: 'k', type: 'string' }, { name: 'v', type: 'int' }, { name: 'd', type: 'double' }] },
  { name: 'B', columns: [{ name: 'k', type: 'string' }, { name: 'w', type: 'int' }] },
  { name: 'C', columns: [{ name: 'k', type: 'string' }, { name: 'v', type: 'int' }] },
];

const WINDOWS = ['', '#window.length(2)', '#window.lengthBatch(2)', '#window.time(20 milliseconds)', '#window.timeBatch(15 milliseconds)', '#window.batch()', '#window.sort(2, v)', '#window.timeLength(20 milliseconds, 2)'];

/** A table fed, changed and read by queries with windows, groups, rates and all kinds of events, with questions between. */
export function tableFlowCase(choices: Choices): Generated {
  const key = choices.pick(['', '', "@primaryKey('k') ", "@primaryKey('v') "]);
  const feed = choices.pick([
    'from A select k, v insert into T;',
    `from A${choices.pick(WINDOWS)} select k, v insert ${choices.pick(['', 'all events ', 'expired events '])}into T;`,
    `from A${choices.pick(WINDOWS)} select k, convert(sum(v), 'int') as v group by k update or insert into T on T.k == k;`,
    'from A select k, v update or insert into T set T.v = v on T.k == k;',
    'from every a=A -> b=B[w > a.v] select a.k as k, b.w as v insert into T;',
    'from A#window.length(2) as a join B#window.length(2) as b on a.k == b.k select a.k as k, b.w as v insert into T;',
  ]);
  const during = choices.pick(['', '', ' for current events', ' for expired events', ' for all events']);
  const on = choices.pick(['T.k == k', 'T.k == k and T.v > w', 'T.v > w or T.k == k', 'T.k == k and not (T.v == w)', 'T.v is null', 'T.v == w + 1']);
  const change = choices.pick(['', `update T${during} set T.v = w on ${on};`, `update T${during} set T.v = w, T.k = k on ${on};`, `delete T${during} on ${on};`]);
  const changing = change === '' ? '' : `from B${choices.pick(['', '#window.length(1)', '#window.lengthBatch(2)', '[w > 2]'])} select k, w${choices.chance(20) ? ' order by w desc limit 1' : ''} ${change}`;
  const read = choices.pick([
    'from C as c join T as t on c.k == t.k select c.k as k, t.v as v',
    'from C as c join T as t on c.v < t.v select c.k as k, t.k as tk, t.v as v order by v desc limit 2',
    'from C#window.length(2) as c left outer join T as t on c.k == t.k and t.v > c.v select c.k as k, t.v as v, t is null as n',
    'from C as c join T as t select c.k as k, sum(t.v) as s, count() as n group by c.k',
    'from C[(T.k == k and T.v > v) in T] select k, v',
    'from C select k, (T.v == v) in T as known, ifThenElse((T.k == k) in T, 1, 0) as n',
    'from every c=C -> b=B[w > c.v] select c.k as k, b.w as v',
  ]);
  const question = (): Step => ({ query: choices.pick(['from T', 'from T select k, v order by v, k', "from T on T.k == 'x' select v", 'from T on v > 2 select k, count() as n group by k order by k', 'from T select sum(v) as s', 'from T select k, v order by k desc limit 2 offset 1']) });
  const steps = generateSteps(choices, [A, B, C].map((one) => ({ ...one, missing: choices.pick([0, 0, 8]) })), 22, 60).flatMap((step): Step[] => (choices.chance(15) ? [step, question()] : [step]));
  return { app: `${[A, B, C].map(defineStream).join(' ')} ${key}define table T (k string, v int); @info(name='f') ${feed} ${changing} @info(name='q') ${read} insert ${choices.pick(['', '', 'all events '])}into O;`, steps: [...steps, question()] };
}

/** Missing values in filters, windows, groups, joins, patterns, orders and rates. */
export function missingCase(choices: Choices): Generated {
  const window = choices.pick(WINDOWS.filter((one) => !one.includes('sort')));
  const select = choices.pick([
    'k, v, d',
    'k, sum(v) as s, avg(d) as a, count() as n',
    'k, sum(v) as s, min(v) as low, max(d) as high group by k',
    'k, count(v) as n, distinctCount(k) as u, stdDev(d) as sd',
    'k, v + 1 as p, v * d as m, v / 2 as q, v % 2 as r',
    'coalesce(k, \'none\') as k, default(v, 0) as v, ifThenElse(v is null, 1, v) as w',
    'k, v order by v, k limit 3',
    'k, v order by k desc, v offset 1',
    'k, sum(v) as s group by k having s > 2L or s is null',
    'k, v == 2 as e, v != 2 as ne, v > 2 as g, not (v > 2) as ng, k == \'x\' as ke',
  ]);
  const filter = choices.pick(['', '', '[v > 1]', '[v != 3]', '[not (v == 2)]', '[k is null or v > 2]', '[d / v > 0.5]', "[k == 'x' or v is null]"]);
  const from = choices.chance(60)
    ? `A${filter}${window} select ${select}`
    : choices.pick([
        'A#window.length(2) as a join B#window.length(2) as b on a.k == b.k select a.k as k, a.v as v, b.w as w',
        'A#window.length(2) as a full outer join B#window.length(2) as b on a.v < b.w select a.k as k, a.v as v, b.w as w',
        'A#window.length(3) as a left outer join B as b on a.v == b.w or a.k is null select a.k as k, a.v as v, b.w as w',
        'every a=A -> b=B[w > a.v] select a.k as k, a.v as v, b.w as w',
        'every a=A[v is null] -> b=B[k == a.k or a.k is null] select a.k as k, a.v as v, b.w as w',
        'every a=A, b=A[v != a.v] select a.k as k, a.v as v, b.v as w',
        'every a=A<2> -> b=B[w != a[last].v] select a[0].k as k, a[1].v as v, b.w as w',
        'every (a=A or b=B) select a.k as k, a.v as v, b.w as w',
      ]);
  const rate = choices.chance(15) ? ` output ${choices.pick(['last', 'first', 'all'])} every 2 events` : '';
  const missing = choices.pick([15, 30, 50]);
  return { app: `${[A, B].map(defineStream).join(' ')} @info(name='q') from ${from}${rate} insert ${choices.pick(['', 'all events ', 'expired events '])}into O;`, steps: generateSteps(choices, [A, B].map((one) => ({ ...one, missing })), 22) };
}
