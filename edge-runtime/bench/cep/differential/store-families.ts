import type { Step } from '../answer-case.ts';
import type { Choices } from './choices.ts';
import { defineStream, generateSteps, type StreamShape } from './events.ts';
import type { Generated } from './generated.ts';

const A: StreamShape = { name: 'A', columns: [{ name: 'k', type: 'string' }, { name: 'v', type: 'int' }, { name: 'd', type: 'double' }], missing: 4 };

/** Questions to a table between events; some of them change it. */
export function onDemandCase(choices: Choices): Generated {
  const app = `${defineStream(A)} define table T (k string, v int, d double); @info(name='ins') from A select k, v, d insert into T;`;
  const steps = generateSteps(choices, [A], 12, 0);
  const asked: Step[] = [];
  for (const step of steps) {
    asked.push(step);
    if (choices.chance(45)) asked.push({ query: question(choices) });
  }
  asked.push({ query: question(choices) }, { query: 'from T select k, v, d' });
  return { app, steps: asked };
}

function question(choices: Choices): string {
  return choices.chance(25) ? change(choices) : `from T${choices.pick(['', '', " on k == 'x'", ' on v > 3', ' on T.v > 2 and T.d < 3.0', ' on not (v is null)', " on T.k == 'y' or T.v == 1"])} ${selection(choices)}`;
}

function selection(choices: Choices): string {
  return choices.pick([
    'select *',
    'select k, v',
    'select k, v * 2 as w, d + v as s',
    `select k, v order by v${choices.pick(['', ' desc'])}, k limit ${1 + choices.below(4)}`,
    `select k, v limit ${1 + choices.below(4)} offset ${choices.below(3)}`,
    'select sum(v) as s, count() as n',
    'select k, sum(v) as s, max(d) as m group by k',
    'select k, avg(d) as a, min(v) as low, count() as n group by k having n > 1L',
    'select k, v, count() as n group by k, v order by n desc, k, v',
    'select distinctCount(k) as n, stdDev(d) as s',
    'select ifThenElse(v > 3, k, \'low\') as z, coalesce(v, 0) as c',
    'select k, v having v > 2',
  ]);
}

function change(choices: Choices): string {
  const on = choices.pick(["T.k == 'x'", 'T.v > 5', 'T.v == n', "T.k == 'y' and T.v < n"]);
  const given = `select '${choices.pick(['x', 'y', 'z'])}' as k, ${choices.below(8)} as n`;
  return choices.pick([
    `${given} delete T on ${on}`,
    `${given} update T set T.v = n on ${on}`,
    `${given} update T set T.v = n + 1, T.k = k on ${on}`,
    `select '${choices.pick(['x', 'new'])}' as k, ${choices.below(8)} as v, 1.5 as d insert into T`,
    `select '${choices.pick(['x', 'new'])}' as k, ${choices.below(8)} as v, 2.5 as d update or insert into T set T.v = v on T.k == k`,
    `select '${choices.pick(['x', 'new'])}' as k, ${choices.below(8)} as v, 2.5 as d update or insert into T on T.k == k and T.v == v`,
  ]);
}

const QUESTION: StreamShape = { name: 'Q', columns: [{ name: 'k', type: 'string' }] };
/** Two seconds before a minute, an hour, a day and a month end. */
const EDGE = Date.UTC(2024, 2, 31, 23, 59, 58);
const TIMES = [0, 300, 1000, 1900, 2000, 2700, 62_000, 3_602_000, 86_402_000, -1, -400_000];
const PERS = ['sec', 'seconds', 'min', 'minutes', 'hours', 'days', 'months', 'years'];

/**
 * Aggregations by the events' own times, late ones among them. The clock stays within a second, since Siddhi writes what is over
 * beside the flow and may not have done so when it is asked; rows are asked for in order, since it has them in hash order.
 */
export function aggregationCase(choices: Choices): Generated {
  const columns = choices.pick(['k, sum(v) as s, count() as n', 'k, sum(d) as s, avg(d) as a', 'k, min(v) as low, max(d) as high', 'k, v as last, sum(v) as s', 'k, d * 2 as twice, max(v) as high, count() as n']);
  const durations = choices.pick(['sec ... year', 'sec ... min', 'sec, hour, day', 'min ... month', 'sec']);
  const app = `define stream S (k string, v int, d double, ts long); ${defineStream(QUESTION)} define aggregation G from S select ${columns} group by k aggregate by ts every ${durations};`;
  const per = choices.pick(PERS);
  const range = choices.pick(['0L, 4000000000000L', `${EDGE}L, ${EDGE + 2000}L`, "'2024-03-31 **:**:**'", "'2024-**-** **:**:**'", "'2024-03-31 23:59:**'", "'2024-04-01 00:00:00', 4000000000000L"]);
  const join = `@info(name='q') from Q as q ${choices.pick(['join', 'left outer join'])} G as g on g.k == q.k within ${range} per '${choices.pick(PERS)}' select q.k as k, sum(g.AGG_TIMESTAMP) as t, count() as n group by q.k insert into O;`;
  const steps = eventSteps(choices);
  const select = choices.pick(['select *', 'select AGG_TIMESTAMP, k', 'select k, AGG_TIMESTAMP, count() as c group by k, AGG_TIMESTAMP']);
  const on = choices.pick(['', '', " on k == 'x'"]);
  return { app: choices.chance(30) ? `${app} ${join}` : app, steps: [...steps, { query: `from G${on} within ${range} per '${per}' ${select} order by AGG_TIMESTAMP, k` }] };
}

function eventSteps(choices: Choices): Step[] {
  let now = 1000;
  return choices.several(1, 16, (): Step => {
    now += choices.pick([0, 1, 5, 20]);
    if (choices.chance(15)) return ['Q', now, [choices.pick(['x', 'y', 'z'])]];
    const value = <T>(one: T): T | null => (choices.chance(5) ? null : one);
    return ['S', now, [choices.pick(['x', 'y']), value(choices.below(8)), value(choices.below(40) / 8), EDGE + choices.pick(TIMES)]];
  });
}
