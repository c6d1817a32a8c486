import type { Row } from '../api.ts';
import type { EventType } from '../operators/stage.ts';
import type { SelectionPlan } from '../plan/plan.ts';
import type { OutputEvent } from './query-output.ts';

/** Sorts a chunk by `order by`; arrived and removed events stay apart, rows without a value come last. */
export function orderRows(events: readonly OutputEvent[], plan: SelectionPlan): OutputEvent[] {
  const runs: { type: EventType; events: OutputEvent[] }[] = [];
  for (const event of events) {
    const run = runs.at(-1);
    if (run?.type === event.type) run.events.push(event);
    else runs.push({ type: event.type, events: [event] });
  }
  return runs.flatMap((run) => run.events.sort((left, right) => compareRows(left.row, right.row, plan.orderBy)));
}

/** The order of rows by attributes; what is missing comes last, in either direction. */
export function compareRows(left: Row, right: Row, keys: SelectionPlan['orderBy']): number {
  for (const { column, descending } of keys) {
    const [a, b] = [left[column], right[column]];
    if (a == null && b == null) continue;
    if (a == null) return 1;
    if (b == null) return -1;
    const order = compareValues(a, b);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

/** Numbers by size, texts by UTF-16 as Java does, false before true. */
export function compareValues(left: unknown, right: unknown): number {
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  const [a, b] = [left as number | bigint, right as number | bigint];
  return a < b ? -1 : a > b ? 1 : 0;
}
