import type { Choices } from './choices.ts';
import { defineStream, generateSteps, type Column, type StreamShape } from './events.ts';
import { conditionOf, expressionOf } from './expressions.ts';
import type { Generated } from './generated.ts';

const COLUMNS: readonly Column[] = [
  { name: 'i', type: 'int' },
  { name: 'l', type: 'long' },
  { name: 'f', type: 'float' },
  { name: 'd', type: 'double' },
  { name: 'b', type: 'bool' },
  { name: 's', type: 'string' },
];

function shape(missing: number): StreamShape {
  return { name: 'S', columns: COLUMNS, missing, words: ['a', 'b', 'c'] };
}

export function expressionCase(choices: Choices): Generated {
  const stream = shape(choices.pick([0, 5, 20]));
  const filter = choices.chance(60) ? `[${conditionOf(choices, COLUMNS, 3)}]` : '';
  const outputs = choices.several(1, 4, (index) => `${expressionOf(choices, choices.pick(['int', 'long', 'float', 'double', 'bool', 'string']), COLUMNS, 3)} as o${index}`);
  const having = choices.chance(20) ? ' having o0 is null or not (o0 is null)' : '';
  return { app: `${defineStream(stream)} @info(name='q') from S${filter} select ${outputs.join(', ')}${having} insert into O;`, steps: generateSteps(choices, [stream], 14, 0) };
}

export function windowCase(choices: Choices): Generated {
  const stream = shape(choices.pick([0, 0, 10]));
  const window = windowOf(choices);
  const before = choices.chance(20) ? '[i > 1]' : '';
  const after = choices.chance(12) ? '[i < 6]' : '';
  const query = `from S${before}${window === '' ? '' : `#window.${window}`}${window === '' ? '' : after} ${selectionOf(choices)} insert ${choices.pick(OUTPUTS)}into O;`;
  return { app: `${defineStream(stream)} @info(name='q') ${query}`, steps: generateSteps(choices, [stream], 30) };
}

/** Two or three queries in a row, so that chunks and expired events go through streams. */
export function chainCase(choices: Choices): Generated {
  const stream = shape(0);
  const first = windowOf(choices);
  const second = windowOf(choices);
  const queries = [
    `@info(name='q1') from S${first === '' ? '' : `#window.${first}`} select i, l, f, d, b, s insert ${choices.pick(OUTPUTS)}into M;`,
    `@info(name='q2') from M${second === '' ? '' : `#window.${second}`} ${selectionOf(choices)} insert ${choices.pick(OUTPUTS)}into O;`,
  ];
  if (choices.chance(30)) queries.push("@info(name='q3') from M[i > 2] select i, s insert into P;");
  return { app: `${defineStream(stream)} ${queries.join(' ')}`, steps: generateSteps(choices, [stream], 30) };
}

const OUTPUTS = ['', 'all events ', 'expired events ', 'current events '];

/** Every window but `delay`, from which Siddhi never comes back when its clock is moved by events. */
function windowOf(choices: Choices): string {
  const time = choices.pick([10, 15, 30]);
  const count = choices.pick([2, 1, 3, 5]);
  switch (choices.below(13)) {
    case 0:
      return '';
    case 1:
      return `length(${choices.chance(10) ? 0 : count})`;
    case 2:
      return `lengthBatch(${choices.chance(8) ? 0 : count}${choices.chance(25) ? ', true' : ''})`;
    case 3:
      return `time(${time} milliseconds)`;
    case 4:
      return `timeBatch(${time} milliseconds${choices.pick(['', ', true', ', 5', ', 5, true', ''])})`;
    case 5:
      return `timeLength(${time} milliseconds, ${count})`;
    case 6:
      return `externalTime(l, ${time} milliseconds)`;
    case 7:
      return choices.chance(60) ? 'batch()' : `batch(${count})`;
    case 8:
      return `lengthBatch(${count})`;
    case 9:
      return `sort(${count}, i${choices.pick(['', ", 'desc'", ', f', ", 'asc', d, 'desc'"])})`;
    case 10:
      return `frequent(${count}, s${choices.chance(30) ? ', b' : ''})`;
    case 11:
      return `length(${count})`;
    default:
      return `time(${time} milliseconds)`;
  }
}

const AGGREGATES = ['sum(i)', 'sum(l)', 'sum(f)', 'sum(d)', 'avg(i)', 'avg(l)', 'avg(f)', 'avg(d)', 'count()', 'min(i)', 'max(l)', 'min(f)', 'max(d)', 'minForever(i)', 'maxForever(d)', 'stdDev(i)', 'stdDev(d)', 'distinctCount(s)', 'distinctCount(i)', 'and(i > 1)', 'or(i > 5)', 'sizeOfSet(unionSet(createSet(s)))'];

function selectionOf(choices: Choices): string {
  const aggregates = choices.chance(60) ? choices.several(1, 3, (index) => `${choices.pick(AGGREGATES)} as a${index}`) : [];
  const plain = choices.chance(15) ? [] : choices.chance(50) ? ['i', 's'] : ['i', 's', 'd'];
  if (aggregates.length + plain.length === 0) return `select *${choices.chance(20) ? ' limit 2' : ''}`;
  const group = aggregates.length > 0 && choices.chance(55) ? ` group by ${choices.pick(['s', 'b', 's, b', 'i'])}` : '';
  const having = aggregates.length > 0 && choices.chance(20) ? ` having a0 ${aggregates[0]?.startsWith('and') || aggregates[0]?.startsWith('or') ? '== true' : choices.pick(['> 2', '!= 3', '< 50'])}` : '';
  const key = plain.length > 0 ? choices.pick(['i', 's', 'i desc', 's desc, i']) : 'a0';
  const order = choices.chance(25) ? ` order by ${key}` : '';
  const limit = choices.chance(20) ? ` limit ${choices.pick([1, 2, 3])}` : '';
  const offset = choices.chance(12) ? ` offset ${choices.pick([1, 2])}` : '';
  return `select ${[...plain, ...aggregates].join(', ')}${group}${having}${order}${limit}${offset}`;
}
