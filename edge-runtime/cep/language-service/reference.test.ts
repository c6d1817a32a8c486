import { expect, it } from 'vitest';
import { compile, Engine } from '../index.ts';
import { textOf } from '../plan/functions.ts';
import { CALL_EXAMPLES } from './call-examples.ts';
import { CALL_DOCUMENTATION, documentationOf } from './documentation.ts';
import { callNames, isAggregator } from './known-calls.ts';
import { renderReference, undocumented } from './reference.ts';

/** They tell of the clock, or make something new for each event. */
const WITHOUT_EXAMPLE = ['UUID', 'currentTimeMillis', 'eventTimestamp', 'time:currentDate', 'time:currentTime', 'time:currentTimestamp', 'time:utcTimestamp'];

const FUNCTIONS = callNames('function').map(({ name }) => name).filter((name) => !isAggregator(name));

it('says something of everything that the language itself can call', () => expect(undocumented()).toEqual([]));

it('names each once, with a form that begins with its name', () => {
  const names = CALL_DOCUMENTATION.map((one) => `${one.role} ${one.name}`);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, form, means } of CALL_DOCUMENTATION) {
    expect(form.startsWith(`${name}(`), form).toBe(true);
    expect(means, name).toMatch(/^(?:[\p{Lu}-]|yyyy).*\.$/u);
  }
});

it('writes a row for each', () => {
  const rows = renderReference().split('\n').filter((line) => line.startsWith('| `'));
  expect(rows).toHaveLength(callNames('window').length + callNames('function').length + callNames('stream-function').length);
});

it('speaks of nothing that cannot be called', () => {
  const known = (['window', 'function', 'stream-function'] as const).flatMap((role) => callNames(role).map(({ name }) => name));
  expect(CALL_DOCUMENTATION.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
});

it('shows each function at work, but for those whose value is never twice the same', () => {
  expect(FUNCTIONS.filter((name) => !CALL_EXAMPLES.has(name)).sort()).toEqual(WITHOUT_EXAMPLE);
});

it.each([...CALL_EXAMPLES])('%s gives what its example says, of the type that its documentation names', (name, { written, gives }) => {
  const app = compile(`define stream S (v int); from S select ${written} as z insert into O;`);
  const engine = new Engine(app);
  const heard: unknown[] = [];
  engine.onStream('O', ({ rows }) => heard.push(...rows.map(([value]) => value)));
  engine.send('S', 0, [1]);
  const type = app.analysis.streams.find((one) => one.name === 'O')?.attributes[0]?.type ?? 'object';
  const [value] = heard;
  expect(typeof value === 'string' ? `'${value}'` : textOf(value, type)).toBe(gives);
  const returns = documentationOf(name, 'function')?.returns;
  if (written.startsWith(`${name}(`) && returns !== undefined && !['same', 'named', 'wider'].includes(returns)) expect(type).toBe(returns);
});
