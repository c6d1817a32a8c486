import { CepError, type Row } from '../api.ts';
import type { Searched } from '../operators/join.ts';
import { Rollup, type RollupCode, type TimeRange } from '../operators/rollup/rollup.ts';
import { durationNamed, momentOf, rangeOfText, WITHIN_FORMS } from '../plan/aggregation-time.ts';
import type { AggregationPlan, RangePlan } from '../plan/plan.ts';
import type { RowVariable, Typed } from '../plan/types.ts';
import type { TableTest } from './emit-expression.ts';
import { emitRowValues } from './emit-query.ts';
import { eachAlone, type Receiver } from './receiver.ts';
import type { Clock } from './timers.ts';

/** Separates the parts of a key of several attributes. */
const KEY_SEPARATOR = '\u0001';

/** Makes an aggregation; with `purges` off it keeps everything, as long as it runs. */
export function makeRollup(plan: AggregationPlan, clock: Clock, tables: TableTest, purges: boolean): Rollup {
  const one = (value: Typed): ((timestamp: number, row: Row) => unknown) => {
    if (value.kind === 'value' && value.access.from === 'row') {
      const { index } = value.access;
      return (_, row) => row[index];
    }
    const values = emitRowValues([value], 'r', clock, tables);
    return (timestamp, row) => values(timestamp, row)[0];
  };
  const parts = plan.groupBy.map(one);
  const [only] = parts;
  const code: RollupCode = {
    time: plan.by === undefined ? undefined : one(plan.by),
    key: parts.length === 1 && only !== undefined ? only : (timestamp, row) => parts.map((part) => String(part(timestamp, row))).join(KEY_SEPARATOR),
    group: (timestamp, row) => parts.map((part) => part(timestamp, row) ?? null),
    arguments: plan.columns.map(({ argument }) => (argument === undefined ? (): unknown => null : one(argument))),
  };
  return new Rollup(plan, code, clock, purges);
}

/** The way into an aggregation. */
export function rollupReceiver(rollup: Rollup): Receiver {
  return eachAlone((timestamp, row) => rollup.add(timestamp, row));
}

/** What a join finds in an aggregation: the range may be another for each event that looks. */
export function searchedRollup(rollup: Rollup, range: RangePlan, asking: RowVariable, clock: Clock, tables: TableTest): Searched {
  const find = emitRange(rollup.plan, range, asking, clock, tables);
  return { candidates: (timestamp, row) => rollup.rows(find(timestamp, row)) };
}

/** `(timestamp, row) => range`, which throws when the values make none. */
export function emitRange(plan: AggregationPlan, range: RangePlan, asking: RowVariable, clock: Clock, tables: TableTest): (timestamp: number, row: Row) => TimeRange {
  const values = emitRowValues(range.end === undefined ? [range.per, range.start] : [range.per, range.start, range.end], asking, clock, tables);
  return (timestamp, row) => {
    const [per, start, end] = values(timestamp, row);
    const duration = typeof per === 'string' ? durationNamed(per) : undefined;
    if (duration === undefined || !plan.durations.includes(duration)) throw wrong(`'${plan.name}' is aggregated by ${plan.durations.join(', ')}, found per '${String(per)}'.`);
    const found = range.end === undefined ? rangeOfText(String(start)) : between(start, end);
    if (found === undefined) throw wrong(`'within' takes ${WITHIN_FORMS}, or two of them, found ${[start, end].filter((one) => one !== undefined).map((one) => `'${String(one)}'`).join(', ')}.`);
    if (found.start >= found.end) throw wrong(`The start of 'within' lies before its end, found ${found.start} and ${found.end}.`);
    return { ...found, duration };
  };
}

function between(from: unknown, to: unknown): { start: number; end: number } | undefined {
  const [start, end] = [from, to].map((one) => (typeof one === 'string' ? momentOf(one) : one === null || one === undefined ? undefined : Number(one)));
  return start === undefined || end === undefined ? undefined : { start, end };
}

function wrong(message: string): CepError {
  return new CepError('query.range', message);
}
