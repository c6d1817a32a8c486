import type { Choices } from './choices.ts';
import { defineStream, generateSteps, type StreamShape } from './events.ts';
import type { Generated } from './generated.ts';

const STREAMS: readonly StreamShape[] = ['A', 'B', 'C'].map((name) => ({ name, columns: [{ name: 'k', type: 'string' }, { name: 'v', type: 'int' }], words: ['x', 'y'] }));

/** Patterns whose groups begin with `and` or `or` of an absence, each under `every` and alone, with steps behind that hear the same streams. */
export function absentGroupCase(choices: Choices): Generated {
  const stream = (): string => choices.pick(['A', 'B', 'C']);
  const wait = choices.pick([5, 10, 20]);
  const first = `not ${stream()}${choices.pick(['', '', '[v > 3]'])} for ${wait} milliseconds ${choices.pick(['or', 'or', 'and'])} e1=${stream()}`;
  const second = choices.pick([`e2=${stream()} and e3=${stream()}`, `e2=${stream()} or e3=${stream()}`, `e2=${stream()}`, `not ${stream()} and e3=${stream()}`]);
  const group = `${choices.pick(['every ', ''])}(${first} -> ${second})`;
  const rest = choices.pick(['', ` -> e4=${stream()}`, ` -> ${choices.pick(['', 'every '])}e4=${stream()}[v > 1]`, ` -> e4=${stream()} -> e5=${stream()}`]);
  const within = choices.pick(['', '', '', ' within 20 milliseconds', ' within 60 milliseconds']);
  const select = ['e1', 'e2', 'e3', 'e4', 'e5'].filter((name) => `${group}${rest}`.includes(`${name}=`)).map((name, index) => `${name}.v as o${index}`);
  return { app: `${STREAMS.map(defineStream).join(' ')} @info(name='q') from ${group}${rest}${within} select ${select.join(', ')} insert into O;`, steps: generateSteps(choices, STREAMS) };
}

/** Groups in groups, with `every` and `within` in all places that the grammar has for them. */
export function nestedPatternCase(choices: Choices): Generated {
  const named: { name: string; many: boolean }[] = [];
  const first = partOf(choices, named, true);
  const text = choices.chance(75) ? `${first} -> ${partOf(choices, named, false)}` : first;
  const outputs = named.map(({ name, many }) => (many ? choices.pick([`${name}[0].v`, `${name}[last].v`, `${name}[1].v`]) : `${name}.v`));
  const select = (outputs.length === 0 ? ['1'] : outputs).map((one, index) => `${one} as o${index}`).join(', ');
  return { app: `${STREAMS.map(defineStream).join(' ')} @info(name='q') from ${text}${withinOf(choices, 30)} select ${select} insert into O;`, steps: generateSteps(choices, STREAMS, 20) };
}

interface Named {
  name: string;
  many: boolean;
}

function withinOf(choices: Choices, percent: number): string {
  return choices.chance(percent) ? ` within ${choices.pick([5, 10, 20, 40])} milliseconds` : '';
}

function partOf(choices: Choices, named: Named[], isFirst: boolean): string {
  const kind = choices.below(isFirst ? 5 : 4);
  if (kind === 0) return chainOf(choices, named, 1);
  if (kind === 1) return `every ${stepOf(choices, named)}`;
  if (kind === 2) return `every (${chainOf(choices, named, 1)})${withinOf(choices, 15)}`;
  if (kind === 3) return chainOf(choices, named, 0);
  return `(every ${stepOf(choices, named)} -> ${chainOf(choices, named, 0)})`;
}

function chainOf(choices: Choices, named: Named[], depth: number): string {
  return choices.several(1, 2, () => (depth > 0 && choices.chance(25) ? `(${chainOf(choices, named, depth - 1)})${withinOf(choices, 20)}` : sourceOf(choices, named))).join(' -> ');
}

function sourceOf(choices: Choices, named: Named[]): string {
  const kind = choices.below(10);
  if (kind <= 6) return stepOf(choices, named);
  const filter = (): string => filterOf(choices, named);
  if (kind === 9) return `not ${choices.pick(['A', 'B', 'C'])}${filter()} for ${choices.pick([5, 10, 20])} milliseconds`;
  const [left, right] = [`e${named.length + 1}`, `e${named.length + 2}`];
  const text = `${left}=${choices.pick(['A', 'B'])}${filter()} ${choices.pick(['and', 'or'])} ${right}=${choices.pick(['B', 'C'])}${filter()}`;
  named.push({ name: left, many: false }, { name: right, many: false });
  return text;
}

function stepOf(choices: Choices, named: Named[]): string {
  const count = choices.chance(30) ? choices.pick(['<2>', '<1:2>', '<2:>', '<:2>', '<1:>', '<0:2>']) : '';
  const name = `e${named.length + 1}`;
  const text = `${name}=${choices.pick(['A', 'B', 'C'])}${filterOf(choices, named)}${count}`;
  named.push({ name, many: count !== '' });
  return text;
}

function filterOf(choices: Choices, named: readonly Named[]): string {
  const kind = choices.below(7);
  if (kind <= 1) return '';
  if (kind <= 3) return `[v ${choices.pick(['>', '<', '!='])} ${choices.pick([1, 3, 5])}]`;
  if (kind === 4) return `[k == '${choices.pick(['x', 'y'])}']`;
  if (named.length === 0) return '[v > 0]';
  const { name, many } = choices.pick(named);
  return `[v ${choices.pick(['>', '!=', '<='])} ${name}${many ? choices.pick(['[0]', '[last]', '[1]', '[last-1]', '']) : ''}.v]`;
}
