import type { Step } from '../answer-case.ts';
import type { Choices } from './choices.ts';
import { defineStream, generateSteps, type StreamShape } from './events.ts';
import type { Generated } from './generated.ts';

const CONDITIONS = [
  'T.k == k', 'T.i == i', 'T.i > i', 'T.k == k and T.i == i', 'T.k == k and T.d > d', 'T.k == k or T.i == i', "T.k == 'x'", 'T.b', 'T.b == b', 'not (T.k == k)', 'T.i == i + 1', 'T.l == l', 'T.l == i', 'T.d >= i',
  'T.i != i', 'T.k is null', 'T.i + T.l > 20', 'ifThenElse(T.b, T.i, 0) == i', 'T.k == k and T.i > 2 and T.b', 'T.i == i and T.l == l', 'k == T.k', 'i < T.i and T.i < 6', "coalesce(T.k, 'x') == k", 'T.i <= i',
];

/** What each attribute of the table may become; one may look at what another became. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  k: ['k', "'n'", 'T.k', "convert(i, 'string')"],
  i: ['i', '1', 'T.i', 'T.i + i', 'i * 2', 'i - 1'],
  l: ['l', 'l + i', 'T.l + 1L', '5L'],
  d: ['d', 'd * 2.0', 'T.d / 2.0', 'i / 2.0', '0.5'],
  b: ['b', 'not b', 'true', 'i > 2', 'T.i > i'],
};

/** Tables of all types under every shape of condition and `set`, changed by what arrives and leaves. */
export function typedTableCase(choices: Choices): Generated {
  const key = choices.pick(['', '', '', "@primaryKey('k') ", "@primaryKey('i') ", "@index('k') ", "@primaryKey('k', 'i') ", "@index('i') @index('b') ", "@primaryKey('l') ", "@primaryKey('k') @index('d') "]);
  const on = (): string => choices.pick(CONDITIONS);
  const set = (): string => setOf(choices);
  const during = choices.pick(['', '', ' for current events', ' for expired events', ' for all events']);
  const window = (): string => choices.pick(['', '', '', '#window.length(1)', '#window.lengthBatch(2)', '[i > 1]', '#window.time(10 milliseconds)']);
  const feed = choices.pick([
    'from A insert into T;', `from A${window()} insert into T;`, 'from A select * update or insert into T on T.k == k;', `from A update or insert into T${set()} on ${on()};`,
    'from A#window.length(2) insert expired events into T;', 'from A#window.length(2) insert all events into T;', "from A select 'c' as k, i, l, d, b insert into T;",
  ]);
  const change = choices.pick([
    '', `from B${window()} update T${during}${set()} on ${on()};`, `from B${window()} delete T${during} on ${on()};`, `from B${window()} update or insert into T${during}${set()} on ${on()};`,
    `from B select k, i, l, d, b order by i limit 1 update T${set()} on ${on()};`, 'from B#window.length(2) select k, sum(i) as l, count() as n group by k update T set T.l = l on T.k == k;',
  ]);
  const joined = (): string => on().replaceAll(/(?<![.\w'])(k|i|l|d|b)(?![\w(])/g, 'C.$1');
  const read = choices.pick([
    `C[(${on()}) in T] select k, i`, `C[not ((${on()}) in T)] select k, i`, `C select k, (${on()}) in T as n`, 'C[i > 1 and (T.k == k) in T or b] select k, i',
    `C join T on ${joined()} select C.k as k, T.k as tk, T.i as ti, T.l as tl, T.d as td, T.b as tb`, `C left outer join T on ${joined()} select C.k as k, T.i as ti, T.d as td`,
    'C join T select T.k as k, T.i as i, T.b as b order by i, k limit 3', 'C join T select count() as n, sum(T.l) as s, max(T.d) as m',
  ]);
  const streams = ['A', 'B', 'C'].map((name): StreamShape => shape(name, key === '' ? choices.pick([0, 0, 0, 8]) : 0));
  const steps: Step[] = generateSteps(choices, streams, 22, 40);
  if (choices.chance(60)) steps.push({ query: choices.pick(['from T', 'from T on i > 2 select k, count() as n group by k', 'from T select sum(i) as s, avg(d) as a']) });
  return { app: `${streams.map(defineStream).join(' ')} ${key}define table T (k string, i int, l long, d double, b bool); ${feed} ${change} @info(name='q') from ${read} insert into O;`, steps };
}

function shape(name: string, missing: number): StreamShape {
  return { name, columns: [{ name: 'k', type: 'string' }, { name: 'i', type: 'int' }, { name: 'l', type: 'long' }, { name: 'd', type: 'double' }, { name: 'b', type: 'bool' }], missing };
}

function setOf(choices: Choices): string {
  const set = Object.entries(VALUES).flatMap(([name, values]) => (choices.chance(35) ? [`T.${name} = ${choices.pick(values)}`] : []));
  return set.length === 0 ? '' : ` set ${set.join(', ')}`;
}
