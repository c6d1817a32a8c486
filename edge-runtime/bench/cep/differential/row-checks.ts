import { compile } from '../../../cep/index.ts';
import type { QueryPlan, TableChange, TablePlan } from '../../../cep/plan/plan.ts';
import type { Answer, Case, OutEntry } from '../answer-case.ts';
import { comparable } from './compare.ts';

/** The same rows in each entry, in any order. */
export function sameButForOrder(siddhi: Answer, ours: Answer): boolean {
  const sorted = ({ out }: Answer): string =>
    JSON.stringify(
      comparable(
        out.map(({ in: arrived, removed, rows, ...rest }) => ({
          ...rest,
          ...Object.fromEntries(Object.entries({ in: arrived, removed, rows }).map(([name, list]) => [name, list?.map((row) => JSON.stringify(row)).sort()])),
        })),
      ),
    );
  return sorted(siddhi) === sorted(ours);
}

/** All single rows of one answer are among those of the other, in whatever chunks and at whatever times. */
export function saysMoreRows(more: Answer, less: Answer): boolean {
  const rows = ({ out }: Answer): string[] => out.flatMap(({ of, in: arrived = [], removed = [], rows: heard = [] }) => [...arrived, ...removed, ...heard].map(([, values]) => JSON.stringify([of, values])));
  const said = rows(more);
  return rows(less).every((row) => {
    const at = said.indexOf(row);
    if (at >= 0) said.splice(at, 1);
    return at >= 0;
  });
}

/** Entry for entry Siddhi has the same first rows, and lacks some of the last. */
export function cutShort(siddhi: Answer, ours: Answer): boolean {
  const entries = ({ out }: Answer): OutEntry[] => out.filter(({ of }) => of.startsWith('query '));
  const [short, whole] = [entries(siddhi), entries(ours)];
  return short.length === whole.length && short.every(({ of, in: rows = [] }, index) => of === whole[index]?.of && rows.length > 0 && rows.every((row, at) => JSON.stringify(row) === JSON.stringify(whole[index]?.in?.[at])));
}

/** Two events come at one time, whose rows in a table may be equal, or become so. */
export function eventsAtOneTime({ steps }: Case): boolean {
  const times = steps.flatMap((step) => ('length' in step ? [step[1]] : 'batch' in step ? step.events.map(([time]) => time) : []));
  return new Set(times).size < times.length;
}

/** Siddhi lost an event to an exception: fewer rows of an input stream were heard than were sent. */
export function lostAnEvent(one: Case, siddhi: Answer): boolean {
  const sent = one.steps.reduce((sum, step) => sum + ('length' in step ? 1 : 'batch' in step ? step.events.length : 0), 0);
  const streams = new Set(one.steps.flatMap((step) => ('length' in step ? [step[0]] : 'batch' in step ? [step.batch] : [])));
  const heard = siddhi.out.reduce((sum, entry) => sum + (streams.has(entry.of.replace('stream ', '')) ? (entry.rows?.length ?? 0) : 0), 0);
  return heard < sent;
}

type Changing = Exclude<TableChange, { kind: 'add' }>;

/** Whether a query of the app changes a table with a primary key or an index in such a way. */
export function changesKeyed({ app }: Case, way: (change: Changing, table: TablePlan, query: QueryPlan) => boolean): boolean {
  const { plan } = compile(app);
  return plan.queries.some((query) => {
    const { change, target } = query.output;
    const table = plan.tables.find((one) => one.name === target);
    return change !== undefined && change.kind !== 'add' && table !== undefined && table.primaryKey.length + table.indexes.length > 0 && way(change, table, query);
  });
}
