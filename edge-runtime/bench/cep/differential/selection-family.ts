import type { Step } from '../answer-case.ts';
import type { Choices } from './choices.ts';
import { defineStream, generateSteps, ownTimes, type StreamShape } from './events.ts';
import type { Generated } from './generated.ts';

const WINDOWS = [
  'length(3)', 'lengthBatch(3)', 'lengthBatch(2, true)', 'time(12 milliseconds)', 'timeBatch(12 milliseconds)', 'timeBatch(12 milliseconds, 3)', 'timeBatch(12 milliseconds, true)',
  'timeLength(12 milliseconds, 2)', 'externalTime(t, 12)', 'externalTimeBatch(t, 12)', 'externalTimeBatch(t, 12, 0, 20)', 'externalTimeBatch(t, 12, 1000, 20, true)', 'batch()', 'batch(2)',
  'session(8 milliseconds)', 'session(8 milliseconds, k)', 'session(8 milliseconds, k, 5 milliseconds)', 'sort(3, i)', "sort(2, d, 'desc')", "sort(2, k, 'asc', i, 'desc')", 'frequent(2, k)',
  'lossyFrequent(0.3, 0.1, k)', "expression('count() <= 3')", "expression('sum(i) < 12 and not (last.b)')", "expressionBatch('count() <= 3')", "expressionBatch('last.k == first.k')",
  "expressionBatch('sum(i) < 10', true)", "expressionBatch('sum(i) < 10', false, true)",
];

const AGGREGATES = [
  'sum(i)', 'sum(d)', 'avg(i)', 'count()', 'count(k)', 'min(i)', 'max(d)', 'stdDev(i)', 'distinctCount(k)', 'distinctCount(i)', 'minForever(i)', 'maxForever(d)', 'and(b)', 'or(b)',
  'sizeOfSet(unionSet(createSet(k)))', 'sum(i + 1)', 'avg(d / 2.0)', 'sum(ifThenElse(b, i, 0))', 'max(i) - min(i)', 'sum(i) / count()',
];

/** Every window, by name or in the query, under every clause of a selection and every rate. */
export function selectionCase(choices: Choices): Generated {
  const stream: StreamShape = {
    name: 'S',
    columns: [{ name: 'k', type: 'string' }, { name: 'i', type: 'int' }, { name: 'd', type: 'double' }, { name: 'b', type: 'bool' }, { name: 't', type: 'long' }],
    missing: choices.pick([0, 0, 0, 8]),
  };
  const window = choices.pick(WINDOWS);
  const filter = choices.pick(['', '', '[i > 1]', '[b]', "[k != 'y']"]);
  const query = `${selectionOf(choices)} insert ${choices.pick(['', 'all events ', 'expired events ', 'current events '])}into O;`;
  const steps = ownTimes(generateSteps(choices, [stream], 24));
  const define = defineStream(stream);
  if (choices.chance(60)) return { app: `${define} @info(name='q') from S${filter}#window.${window}${choices.pick(['', '', '', '[i < 6]', '[b]'])} ${query}`, steps };
  const named = `define window W (k string, i int, d double, b bool, t long) ${window}${choices.pick(['', ' output all events', ' output current events', ' output expired events'])};`;
  const asked: Step[] = choices.chance(20) ? [{ query: choices.pick(['from W select k, i', 'from W select count() as n', "from W on k == 'x' select i order by i"]) }] : [];
  steps.splice(choices.below(steps.length), 0, ...asked);
  return { app: `${define} ${named} from S${filter} select * insert into W; @info(name='q') from W${choices.pick(['', '', '[i > 2]'])} ${query}`, steps };
}

function selectionOf(choices: Choices): string {
  const aggregates = choices.several(0, 2, (index) => `${choices.pick(AGGREGATES)} as a${index}`);
  const outputs = [...choices.pick([['k'], ['k', 'i'], ['k', 'i', 'd'], ['i', 'b'], ['k', 'i + 1 as j']]), ...aggregates];
  const names = outputs.map((one) => one.split(' as ').at(-1) ?? one);
  const group = choices.pick(['', '', '', ' group by k', ' group by b', ' group by k, b', ' group by i', ' group by k, i']);
  const condition = choices.pick([...names.map(conditionOn), 'count() > 1', 'sum(i) > 4', "k == 'x' or i > 2"]);
  const having = choices.chance(30) ? ` having ${condition}` : '';
  const order = choices.chance(35) ? ` order by ${choices.pick(names)}${choices.pick(['', ' desc', ' asc'])}${choices.chance(40) ? `, ${choices.pick(names)}${choices.pick(['', ' desc'])}` : ''}` : '';
  const limit = choices.pick(['', '', '', ' limit 1', ' limit 2', ' limit 3']);
  const offset = choices.chance(15) ? ` offset ${choices.pick([0, 1, 2])}` : '';
  const rate = choices.chance(20) ? choices.pick([' output every 2 events', ' output last every 3 events', ' output first every 2 events', ' output first every 15 milliseconds', ' output all every 3 events', ' output last every 2 events']) : '';
  return `select ${outputs.join(', ')}${group}${having}${order}${limit}${offset}${rate}`;
}

function conditionOn(name: string): string {
  if (name === 'k') return "k != 'z'";
  if (name === 'b') return 'b';
  return name.startsWith('a') ? `${name} is null or not (${name} is null)` : `${name} > 1`;
}
