import type { Choices } from './choices.ts';
import { defineStream, generateSteps, oneByOne, type StreamShape } from './events.ts';
import type { Generated } from './generated.ts';

const STREAMS: readonly StreamShape[] = ['A', 'B', 'C'].map((name) => ({ name, columns: [{ name: 'k', type: 'string' }, { name: 'v', type: 'int' }], words: ['x', 'y'] }));

/** What a pattern or sequence has named so far: which events later filters and the selection may look at. */
interface Named {
  name: string;
  many: boolean;
}

interface Form {
  sequence: boolean;
  counted: boolean;
  logical: boolean;
  absent: boolean;
}

const ALL: Form = { sequence: false, counted: true, logical: true, absent: true };

export function patternCase(choices: Choices): Generated {
  return stateCase(choices, { ...ALL, absent: false });
}

export function absentPatternCase(choices: Choices): Generated {
  return stateCase(choices, { ...ALL, counted: choices.chance(20) });
}

export function sequenceCase(choices: Choices): Generated {
  return stateCase(choices, { ...ALL, sequence: true, absent: false });
}

export function absentSequenceCase(choices: Choices): Generated {
  return stateCase(choices, { ...ALL, sequence: true, counted: choices.chance(30) });
}

/** A pattern or sequence inside a partition, where each key has its own; of two keys due at the same time Siddhi rings one. */
export function partitionedStateCase(choices: Choices): Generated {
  const form: Form = { sequence: choices.chance(40), counted: choices.chance(50), logical: true, absent: choices.chance(40) };
  const keys = choices.pick(['k of A, k of B, k of C', 'k of A, k of B', "v < 3 as 'low' or v >= 3 as 'high' of A, k of B, k of C"]);
  const { element, select } = stateQuery(choices, form);
  const forwards = "@info(name='q') from O select * insert into P;";
  const steps = generateSteps(choices, STREAMS, 24, 100, 1);
  return {
    app: `${STREAMS.map(defineStream).join(' ')} partition with (${keys}) begin from ${element} select ${select} insert into O; end; ${forwards}`,
    steps: / for \d/.test(element) ? oneByOne(steps) : steps,
  };
}

function stateCase(choices: Choices, form: Form): Generated {
  const { element, select } = stateQuery(choices, form);
  const output = choices.pick(['', '', '', 'all events ', 'expired events ']);
  return { app: `${STREAMS.map(defineStream).join(' ')} @info(name='q') from ${element} select ${select} insert ${output}into O;`, steps: generateSteps(choices, STREAMS) };
}

/** What a pattern waits for, with `within`, and what it selects. */
function stateQuery(choices: Choices, form: Form): { element: string; select: string } {
  const named: Named[] = [];
  const mark = form.sequence ? ', ' : ' -> ';
  const count = 2 + (choices.chance(40) ? 1 : 0) + (choices.chance(10) ? 1 : 0);
  const parts: string[] = [];
  for (let index = 0; index < count; index++) {
    // Siddhi's grammar has no two absent steps in a row.
    const alone = stepOf(choices, parts.at(-1)?.includes('not ') === true ? { ...form, absent: false } : form, named);
    const every = form.sequence ? index === 0 && choices.chance(70) : choices.chance(index === 0 ? 60 : 15);
    parts.push(every ? `every ${alone.includes(' and ') || alone.includes(' or ') ? `(${alone})` : alone}` : alone);
  }
  // A group under one `every`: `every (a -> b) -> c`.
  let element = parts.join(mark);
  if (!form.sequence && parts.length > 2 && choices.chance(25)) {
    const [first = '', second = '', ...rest] = parts.map((one) => one.replace(/^every /, ''));
    element = [`every (${first}${mark}${second})`, ...rest].join(mark);
  }
  const within = choices.chance(35) ? ` within ${choices.pick([10, 20, 60])} milliseconds` : '';
  return { element: `${element}${within}`, select: selectOf(choices, named) };
}

function stepOf(choices: Choices, form: Form, named: Named[]): string {
  const kind = choices.below(10);
  if (form.logical && kind >= 8) return logicalOf(choices, form, named);
  if (form.absent && kind >= 5) return absentOf(choices, named, true);
  const many = form.counted && kind >= 3;
  const step = presentOf(choices, named, many);
  if (!many) return step;
  const counts = form.sequence ? ['*', '+', '?'] : ['<2>', '<1:2>', '<2:>', '<:2>', '<0:1>', '<1:>'];
  return `${step}${choices.pick(counts)}`;
}

/** Absence without a time stands beside `and` and an event alone. */
function logicalOf(choices: Choices, form: Form, named: Named[]): string {
  const operator = choices.pick(['and', 'or']);
  const kind = form.absent ? choices.below(5) : 0;
  if (kind === 4) return `${absentOf(choices, named, true)} ${operator} ${absentOf(choices, named, true)}`;
  const left = kind === 1 || kind === 3 ? absentOf(choices, named, operator === 'or' || choices.chance(50)) : presentOf(choices, named, false);
  const right = kind === 2 ? absentOf(choices, named, operator === 'or' || choices.chance(50)) : presentOf(choices, named, false, kind === 0 ? 1 : 0);
  return `${left} ${operator} ${right}`;
}

function absentOf(choices: Choices, named: readonly Named[], timed: boolean): string {
  return `not ${choices.pick(STREAMS).name}${filterOf(choices, named)}${timed ? ` for ${choices.pick([5, 10, 20])} milliseconds` : ''}`;
}

/** `blind`: how many of the latest names its filter may not use. Siddhi fails on a side that looks at the other. */
function presentOf(choices: Choices, named: Named[], many: boolean, blind = 0): string {
  const name = `e${named.length + 1}`;
  const step = `${name}=${choices.pick(STREAMS).name}${filterOf(choices, named.slice(0, named.length - blind))}`;
  named.push({ name, many });
  return step;
}

function filterOf(choices: Choices, named: readonly Named[]): string {
  const kind = choices.below(8);
  if (kind <= 2) return '';
  if (kind <= 4) return `[v ${choices.pick(['>', '<', '>='])} ${choices.pick([0, 2, 3, 4])}]`;
  if (kind === 5) return `[k == '${choices.pick(['x', 'y'])}']`;
  if (named.length === 0) return '[v != 1]';
  const { name, many } = choices.pick(named);
  const at = many ? choices.pick(['[last]', '[0]', '']) : '';
  return kind === 6 ? `[k == ${name}${at}.k]` : `[v ${choices.pick(['>', '!=', '>='])} ${name}${at}.v]`;
}

function selectOf(choices: Choices, named: readonly Named[]): string {
  const outputs = named.flatMap(({ name, many }) => {
    if (!many) return choices.chance(40) ? [`${name}.v`, `${name}.k`] : [`${name}.v`];
    return [`${name}[0].v`, ...(choices.chance(60) ? [`${name}[last].v`] : []), ...(choices.chance(30) ? [`${name}[1].v`] : []), ...(choices.chance(20) ? [`${name}[last-1].k`] : [])];
  });
  if (outputs.length === 0) outputs.push('1');
  const single = named.filter(({ many }) => !many).map(({ name }) => name);
  const [first] = single;
  const select = outputs.map((one, index) => `${one} as o${index}`).join(', ');
  if (first === undefined || !choices.chance(20)) return select;
  return `${select}, ${choices.pick([`sum(${first}.v) as t`, `count() as t group by ${first}.k`, `max(${first}.v) as t having t > 2`, `${first} is null as t order by t`, `eventTimestamp(${first}) as t limit 2`])}`;
}
