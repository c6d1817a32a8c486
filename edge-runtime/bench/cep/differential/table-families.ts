import type { Choices } from './choices.ts';
import { defineStream, generateSteps, type StreamShape } from './events.ts';
import type { Generated } from './generated.ts';

const [A, B, D]: [StreamShape, StreamShape, StreamShape] = [
  { name: 'A', columns: [{ name: 'k', type: 'string' }, { name: 'v', type: 'int' }] },
  { name: 'B', columns: [{ name: 'k', type: 'string' }, { name: 'w', type: 'int' }] },
  { name: 'D', columns: [{ name: 'k', type: 'string' }, { name: 'v', type: 'int' }] },
];

const DEFINITIONS = [A, B, D].map(defineStream).join(' ');

export function joinCase(choices: Choices): Generated {
  const left = `A${sideWindow(choices)} as a`;
  const right = `B${sideWindow(choices)} as b`;
  const kind = choices.pick(['join', 'left outer join', 'right outer join', 'full outer join', 'inner join']);
  const [one, two] = choices.pick([['', ''], ['', ''], [' unidirectional', ''], ['', ' unidirectional']]);
  const on = choices.pick([' on a.k == b.k', ' on a.k == b.k and a.v < b.w', ' on a.v > b.w', '', ' on a.k == b.k or a.v == b.w', ' on a.v == b.w']);
  const select = choices.pick([
    'select a.k as k1, b.k as k2, a.v as v, b.w as w',
    'select a.v as v, b.w as w, a.v + b.w as t',
    'select a.k as k1, sum(b.w) as t, count() as n',
    'select a.k as k1, max(b.w) as high, min(a.v) as low',
    'select b.k as k2, avg(a.v) as mean, distinctCount(b.w) as kinds group by b.k',
    'select a.k as k1, sum(b.w) as t group by a.k',
    'select a.k as k1, b.w as w order by w limit 2',
    'select a.k as k1, b.w as w having w > 2',
    'select b is null as nb, a is null as na, a.v as v, b.w as w',
  ]);
  const output = choices.pick(['', '', 'all events ', 'expired events ']);
  return { app: `${DEFINITIONS} @info(name='q') from ${left}${one} ${kind} ${right}${two}${on} ${select} insert ${output}into O;`, steps: generateSteps(choices, [A, B], 24) };
}

function sideWindow(choices: Choices): string {
  const filter = choices.chance(12) ? '[k != \'z\']' : '';
  const window = choices.pick(['#window.length(2)', '', '#window.time(20 milliseconds)', '#window.length(3)', '#window.lengthBatch(2)', '#window.timeBatch(15 milliseconds)', '#window.timeLength(30 milliseconds, 2)', '#window.batch()', '#window.lengthBatch(2, true)', '#window.timeBatch(15 milliseconds, true)']);
  return `${filter}${window}`;
}

const CONDITIONS = ['T.k == k', 'T.v == v', 'T.k == k and T.v < v', 'T.v < v', 'T.k == k and T.v == v', "T.k == 'x'", 'T.k == k or T.v > v', 'T.v + 1 == v'];

export function tableCase(choices: Choices): Generated {
  const keys = choices.pick(['', '', "@primaryKey('k') ", "@index('k') ", "@index('v') ", "@primaryKey('k') @index('v') ", "@primaryKey('k', 'v') "]);
  const table = `${keys}define table T (k string, v int);`;
  const insert = choices.chance(85) ? "@info(name='ins') from A select k, v insert into T;" : "@info(name='ins') from A select k, v update or insert into T on T.k == k;";
  const on = choices.pick(CONDITIONS);
  const set = choices.pick(['', ' set T.v = v', ' set T.v = T.v + v', ' set T.k = k, T.v = v', ' set T.v = v + 1']);
  const change = choices.pick([`delete T on ${on}`, `update T${set} on ${on}`, `update or insert into T${set} on ${on}`, `update or insert into T${set} on ${on}`]);
  const changed = choices.chance(85) ? [`from D select k, v ${change};`] : [];
  const read = choices.pick([
    'from B as b join T as t on t.k == b.k select b.k as bk, t.k as tk, t.v as v',
    'from B as b left outer join T as t on t.k == b.k select b.k as bk, t.k as tk, t.v as v',
    'from B as b join T as t on t.v > b.w select b.k as bk, t.k as tk, t.v as v',
    'from B as b join T as t on t.k == b.k and t.v < b.w select b.k as bk, t.v as v, b.w as w',
    'from B[k == T.k in T] select k, w',
    'from B[T.k == k and T.v > w in T] select k, w',
    'from B[not (T.v == w in T)] select k, w',
    'from B as b join T as t select b.k as bk, t.k as tk, t.v as v',
    'from B#window.length(2) as b join T as t on t.k == b.k select b.k as bk, t.v as v',
    'from B as b join T as t on t.k == b.k select b.k as bk, sum(t.v) as total group by b.k',
  ]);
  return { app: `${DEFINITIONS} ${table} ${insert} ${changed.join(' ')} @info(name='q') ${read} insert into O;`, steps: generateSteps(choices, [A, B, D], 26, 0) };
}
