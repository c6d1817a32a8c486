import type { Attribute } from '../api.ts';
import type { AppPlan, HandlerPlan, QueryPlan, WindowPlan } from '../plan/plan.ts';
import type { SeriesSetting } from '../plan/time-series.ts';
import { attributesIn, bytesInTable, bytesOfRow } from './row-size.ts';

/** How often events arrive, a second, where nothing is known: a device that reports once a second. */
export const RATE_ASSUMED = 1;
/** Different keys of a group where nothing is known. */
const GROUPS_ASSUMED = 100;

/** What one operator holds, roughly. */
export interface StateEstimate {
  query: string;
  what: string;
  /** How the number of entries comes about, for people: "5 min × 200 events/s". */
  because: string;
  entries: number;
  bytes: number;
  /** True where a limit in the text bounds it whatever comes in. */
  bounded: boolean;
}

/** Events a second by stream; streams without a rate are taken at `RATE_ASSUMED`. */
export type Rates = Readonly<Record<string, number>>;

/**
 * What every window, pattern, group and table of a plan holds once it is warm, at given rates. An estimate by what the
 * operators keep (rows are shared between windows of one stream, which is left out), not a measurement.
 */
export function estimateState(plan: AppPlan, rates: Rates = {}): StateEstimate[] {
  const tables = plan.tables.map((table): StateEstimate => {
    const bytes = bytesInTable(table.attributes) + (table.primaryKey.length > 0 ? 30 : 0);
    return { query: '', what: `table ${table.name}`, because: `${GROUPS_ASSUMED} rows assumed`, entries: GROUPS_ASSUMED, bytes: GROUPS_ASSUMED * bytes, bounded: false };
  });
  return [...tables, ...plan.queries.flatMap((query) => ofQuery(query, plan, rates))];
}

function ofQuery(query: QueryPlan, plan: AppPlan, rates: Rates): StateEstimate[] {
  const list: StateEstimate[] = [];
  const { input, selection } = query;
  const windows = (stream: string, handlers: readonly HandlerPlan[]): void => {
    for (const handler of handlers) {
      if (handler.kind === 'window') list.push(ofWindow(query.name, stream, handler.window, attributesIn(plan, stream), rates));
      if (handler.kind === 'series') list.push(ofSeries(query.name, `${handler.name} of ${stream}`, handler.setting, bytesOfRow(attributesIn(plan, stream)), rateOf(stream, rates)));
    }
  };
  if (input.kind === 'single') windows(input.stream, input.handlers);
  else if (input.kind === 'join') for (const side of [input.left, input.right]) windows(side.name, side.handlers);
  else {
    const streams = [...new Set(input.slots.map((one) => one.stream))];
    const rate = streams.reduce((sum, one) => sum + rateOf(one, rates), 0);
    const bytes = Math.max(...streams.map((one) => bytesOfRow(attributesIn(plan, one)))) + 96;
    const entries = input.within === undefined ? GROUPS_ASSUMED : Math.ceil((rate * input.within) / 1000);
    const because = input.within === undefined ? `${GROUPS_ASSUMED} unfinished matches assumed: there is no ‘within’` : `at most every event of ${spanText(input.within)} × ${rate} events/s`;
    list.push({ query: query.name, what: `unfinished matches of the ${input.kind}`, because, entries, bytes: entries * bytes, bounded: false });
  }
  if (selection.groupBy.length > 0 && selection.aggregates.length > 0) {
    const bytes = 80 + selection.aggregates.length * 48;
    list.push({ query: query.name, what: `running ${selection.aggregates.map((one) => one.name).join(', ')} of each group`, because: `${GROUPS_ASSUMED} groups assumed`, entries: GROUPS_ASSUMED, bytes: GROUPS_ASSUMED * bytes, bounded: false });
  }
  return list;
}

function ofWindow(query: string, stream: string, window: WindowPlan, attributes: readonly Attribute[], rates: Rates): StateEstimate {
  const { name, constants } = window;
  const numbers = constants.filter((one): one is number => typeof one === 'number');
  const what = `${window.label} window of ${stream}`;
  const size = bytesOfRow(attributes) + 16;
  const counted = name.startsWith('length') || name === 'sort' || name === 'frequent' || name === 'timeLength';
  const [first = 0, second] = numbers;
  if (counted) {
    const entries = name === 'timeLength' ? (second ?? 0) : first;
    return { query, what, because: `at most ${entries} events`, entries, bytes: entries * size, bounded: true };
  }
  const rate = rateOf(stream, rates);
  const batches = name.endsWith('Batch') ? 2 : 1;
  const entries = Math.ceil((rate * first * batches) / 1000);
  return { query, what, because: first === 0 ? 'what arrives together' : `${spanText(first * batches)} × ${rate} events/s`, entries, bytes: entries * size, bounded: false };
}

function ofSeries(query: string, what: string, setting: SeriesSetting, rowBytes: number, rate: number): StateEstimate {
  if (setting.kind === 'extrema') return { query, what, because: `at most ${setting.size} events`, entries: setting.size, bytes: setting.size * (rowBytes + 24), bounded: true };
  const { batch, duration, variables } = setting;
  // Of each event that counts a row of numbers, and for older ones the triangle of those behind it.
  const bytes = 64 + 8 * (variables + 2) * (variables + 3);
  const timely = duration === undefined ? Number.POSITIVE_INFINITY : Math.ceil((rate * duration) / 1000);
  const entries = Math.min(batch ?? Number.POSITIVE_INFINITY, timely);
  if (!Number.isFinite(entries)) return { query, what, because: 'sums of all events', entries: 1, bytes, bounded: true };
  return { query, what, because: entries === batch ? `at most ${entries} events` : `${spanText(duration ?? 0)} × ${rate} events/s`, entries, bytes: entries * bytes, bounded: batch !== undefined };
}

function rateOf(stream: string, rates: Rates): number {
  return rates[stream] ?? RATE_ASSUMED;
}

const UNITS: readonly (readonly [number, string])[] = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1000, 's'], [1, 'ms']];

function spanText(milliseconds: number): string {
  const [size, unit] = UNITS.find(([one]) => milliseconds % one === 0) ?? [1, 'ms'];
  return `${milliseconds / size} ${unit}`;
}
