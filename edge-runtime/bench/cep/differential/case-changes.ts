import type { Case, Step } from '../answer-case.ts';
import { oneByOne } from './events.ts';

/** Makes of a case another one, in which something is not there that it had. */
export type CaseChange = (one: Case) => Case;

export function inApp(pattern: RegExp, by: string): CaseChange {
  return (one) => ({ ...one, app: one.app.replace(pattern, by) });
}

export function inQuestions(pattern: RegExp, by: string): CaseChange {
  return (one) => ({ ...one, steps: one.steps.map((step): Step => ('query' in step ? { query: step.query.replace(pattern, by) } : step)) });
}

export function both(first: CaseChange, second: CaseChange): CaseChange {
  return (one) => second(first(one));
}

export const withoutQuestions: CaseChange = (one) => ({ ...one, steps: one.steps.filter((step) => !('query' in step)) });

/** No two events come together. */
export const apart: CaseChange = (one) => ({ ...one, steps: oneByOne(one.steps) });

/** Tables with neither a primary key nor an index. */
export const withoutKeys: CaseChange = inApp(/@(primaryKey|index)\([^)]*\) /g, '');

/** Nothing is missing: texts are 'x' then, and numbers 1. */
export const withoutMissing: CaseChange = (one) => mapRows(one, (row, types) => row.map((value, index) => value ?? (types[index] === 'string' ? 'x' : types[index] === 'bool' ? true : 1)));

/** All events belong to one key of a partition: the range 'high', where there are ranges. */
export const ofOneKey: CaseChange = (one) => {
  const [keyed, ranged] = [/\bk of /.test(one.app), /\bv (of|<)/.test(one.app)];
  return mapRows(one, (row) => row.map((value, index) => (index === 0 && keyed ? (ranged ? 'high' : 'x') : index === 1 && ranged ? 4 : value)));
};

function mapRows(one: Case, map: (row: readonly unknown[], types: readonly string[]) => unknown[]): Case {
  const types = new Map(Array.from(one.app.matchAll(/define stream (\w+) \(([^)]*)\)/g), ([, name = '', attributes = '']) => [name, attributes.split(', ').map((attribute) => attribute.split(' ')[1] ?? '')]));
  const change = (stream: string, row: readonly unknown[]): unknown[] => map(row, types.get(stream) ?? []);
  const steps = one.steps.map((step): Step => {
    if ('length' in step) return [step[0], step[1], change(step[0], step[2])];
    return 'batch' in step ? { batch: step.batch, events: step.events.map(([time, row]) => [time, change(step.batch, row)] as const) } : step;
  });
  return { ...one, steps };
}
