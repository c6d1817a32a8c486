import type { Choices } from './choices.ts';
import { defineStream, generateSteps, ownTimes, type StreamShape } from './events.ts';
import type { Generated } from './generated.ts';

const [S, T]: [StreamShape, StreamShape] = [
  { name: 'S', columns: [{ name: 'k', type: 'string' }, { name: 'v', type: 'int' }, { name: 'p', type: 'double' }] },
  { name: 'R', columns: [{ name: 'k', type: 'string' }, { name: 'v', type: 'int' }] },
];

const INTO = ['', '', 'all events ', 'expired events ', 'current events '];

/** Output rates over every kind of query; all, last and snapshots by time are left out, since Siddhi takes their time from the wall. */
export function rateCase(choices: Choices): Generated {
  const window = choices.pick(['', '#window.length(2)', '#window.lengthBatch(3)', '#window.time(20 milliseconds)', '#window.timeBatch(20 milliseconds)', '#window.batch()']);
  const [select, group] = choices.pick([
    ['k, v', ''],
    ['k, sum(v) as s', ''],
    ['k, sum(v) as s', ' group by k'],
    ['k, v, count() as n', ' group by k, v'],
    ['k, v, max(p) as m', ' group by k having m > 1.0'],
    ['*', ''],
  ] as const);
  const rate = choices.chance(75) ? `${choices.pick(['', 'all ', 'first ', 'last '])}every ${choices.pick([1, 2, 3, 5])} events` : `first every ${choices.pick([10, 25, 1000])} milliseconds`;
  const from = choices.chance(80) ? `S${choices.pick(['', '[v > 2]'])}${window} select ${select}${group}` : choices.pick([
    'S#window.length(2) as a join R#window.length(2) as b on a.k == b.k select a.k as k, a.v as v, b.v as w',
    'every a=S -> b=R[v > a.v] select a.k as k, a.v as v, b.v as w',
    'every a=S, b=S[v > a.v] select a.k as k, a.v as v, b.v as w',
  ]);
  return { app: `${[S, T].map(defineStream).join(' ')} @info(name='q') from ${from} output ${rate} insert ${choices.pick(INTO)}into O; @info(name='q2') from O select * insert into P;`, steps: generateSteps(choices, [S, S, T], 26, choices.pick([100, 1500])) };
}

const NAMED = ['length(2)', 'length(3)', 'lengthBatch(2)', 'lengthBatch(3)', 'time(20 milliseconds)', 'timeBatch(20 milliseconds)', 'timeLength(20 milliseconds, 2)', 'externalTime(t, 20 milliseconds)', 'externalTimeBatch(t, 20 milliseconds)', 'sort(2, v)', 'batch()', 'length(1)'];

/** A window with a name, fed by two streams, read by several queries, joined and asked. */
export function namedWindowCase(choices: Choices): Generated {
  const window = `define window W (k string, v int, t long) ${choices.pick(NAMED)}${choices.pick(['', '', ' output all events', ' output current events', ' output expired events'])};`;
  const feed = `from S select k, v, eventTimestamp() as t insert into W;${choices.chance(25) ? ' from R[v > 3] select k, v, eventTimestamp() as t insert into W;' : ''}`;
  const read = choices.several(1, 2, (index) => `@info(name='q${index}') from ${choices.pick([
    'W select k, v',
    'W select *',
    'W select k, sum(v) as s, count() as n group by k',
    'W[v > 2] select sum(v) as s',
    'W select k, max(v) as m, avg(v) as a',
    'W as w join R as r on w.k == r.k select w.k as k, w.v as v, r.v as x',
    'R as r join W as w on w.k == r.k select w.k as k, sum(w.v) as s group by w.k',
    'R#window.length(1) as r left outer join W as w on w.v > r.v select r.k as k, w.v as v',
    'R as r unidirectional join W as w on w.k == r.k select w.k as k, w.v as v',
    'every a=W -> b=R[v > a.v] select a.v as x, b.v as y',
    'R[W.k == k in W] select k, v',
    'W select k, v order by v desc limit 2',
  ])} insert ${choices.pick(INTO)}into O${index};`).join(' ');
  const steps = generateSteps(choices, [S, S, T], 22);
  if (choices.chance(30)) steps.splice(choices.below(steps.length), 0, { query: choices.pick(["from W select k, v", "from W on k == 'x' select k, sum(v) as s group by k", 'from W select count() as n']) });
  return { app: `${[S, T].map(defineStream).join(' ')} ${window} ${feed} ${read}`, steps };
}

/** The windows that the plain family leaves out. */
export function furtherWindowCase(choices: Choices): Generated {
  const stream: StreamShape = { name: 'S', columns: [{ name: 'k', type: 'string' }, { name: 'v', type: 'int' }, { name: 't', type: 'long' }] };
  const truth = choices.pick(['true', 'false']);
  const window = choices.pick([
    'session(12 milliseconds)',
    'session(12 milliseconds, k)',
    'session(12 milliseconds, k, 5 milliseconds)',
    'externalTimeBatch(t, 20)',
    `externalTimeBatch(t, 20, ${choices.pick(['0', '5', 't'])})`,
    `externalTimeBatch(t, 20, 0, ${choices.pick(['10', '30'])})`,
    `externalTimeBatch(t, 20, 0, 15, ${truth})`,
    'externalTime(t, 20)',
    `expression('${choices.pick(['count() <= 3', 'sum(v) < 9', 'last.v >= first.v', 'eventTimestamp(last) - eventTimestamp(first) < 12', 'last.k == first.k', 'v < 6', 'count() < 3 or v > 4', 'max(v) < 6'])}')`,
    `expressionBatch('${choices.pick(['count() <= 3', 'sum(v) < 9', 'last.v >= first.v', 'eventTimestamp(last) - eventTimestamp(first) < 12', 'last.k == first.k', 'v < 6'])}'${choices.pick(['', '', ', true', ', false', ', true, true', ', false, true'])})`,
    `lossyFrequent(${choices.pick(['0.3', '0.5'])}${choices.pick(['', ', 0.1'])})`,
    `lossyFrequent(0.3, 0.05, k)`,
    `timeBatch(20 milliseconds, ${choices.pick(['0', '3', '7'])}${choices.pick(['', ', true', ', false'])})`,
    `lengthBatch(3, ${truth})`,
  ]);
  const select = choices.pick(['k, v', '*', 'k, sum(v) as s', 'k, sum(v) as s, count() as n group by k', 'k, min(v) as m, max(v) as x', 'k, v order by v limit 2', 'k, count() as n having n > 1L']);
  const steps = ownTimes(generateSteps(choices, [stream], 26));
  return { app: `${defineStream(stream)} @info(name='q') from S${choices.pick(['', '[v > 0]'])}#window.${window} select ${select} insert ${choices.pick(INTO)}into O; @info(name='q2') from O select * insert into P;`, steps };
}
