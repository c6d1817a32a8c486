import type { HeldMatch, Holding, QueryHoldings } from '../held-api.ts';
import type { Preview } from './preview.ts';
import type { PlainEvent } from './recording.ts';
import { plain } from './test-case.ts';

/** Events or matches shown of one thing that a query holds. */
const SHOWN_MAX = 100;
/** Keys of a partition that are named, of those that contain what is looked for. */
const KEYS_MAX = 50;
/** Events shown of one step of a match. */
const STEP_EVENTS_MAX = 10;

export interface LookedMatch {
  waitsFor: readonly string[];
  steps: readonly { name: string; total: number; events: readonly PlainEvent[] }[];
}

/** What a window or pattern holds, with names to its values; of many events or matches the latest. */
export type LookedHolding =
  | { kind: 'window'; stream: string; total: number; columns: readonly string[]; events: readonly { at: number; values: readonly unknown[] }[] }
  | { kind: 'pattern'; stream: string; total: number; matches: readonly LookedMatch[] };

/** A query at a stop, in values that any message can carry. */
export interface QueryLook {
  query: string;
  /** In a partition: the key that is shown, undefined when there is none such; how many there are, and some of them. */
  partition?: QueryHoldings['partition'];
  holdings: readonly LookedHolding[];
}

/** Which key of a partition is looked at, the one whose event came last when there is none, and what keys that are named contain. */
export interface KeyChoice {
  key: string | null;
  like: string;
}

export function lookAt(preview: Preview, query: string, { key, like }: KeyChoice): QueryLook {
  const { partition, holdings } = preview.holds(query, SHOWN_MAX, { ...(key === null ? {} : { key }), like, keysMax: KEYS_MAX });
  return { query, ...(partition === undefined ? {} : { partition }), holdings: holdings.map((one) => named(preview, query, one)) };
}

function named(preview: Preview, query: string, holding: Holding): LookedHolding {
  const { stream, total } = holding;
  if (holding.kind === 'pattern') return { kind: 'pattern', stream, total, matches: holding.matches.map((one) => namedMatch(preview, query, one)) };
  const width = holding.events.reduce((most, { row }) => Math.max(most, row.length), 0);
  const names = preview.namesIn(query, stream);
  const columns = Array.from({ length: Math.max(width, names.length) }, (_, place) => names[place] ?? `value ${place + 1}`);
  return { kind: 'window', stream, total, columns, events: holding.events.map(({ timestamp, row }) => ({ at: timestamp, values: row.map(plain) })) };
}

function namedMatch(preview: Preview, query: string, { waitsFor, steps }: HeldMatch): LookedMatch {
  return {
    waitsFor,
    steps: steps.map(({ name, stream, total, events }) => {
      const names = preview.namesIn(query, stream);
      return { name, total, events: events.slice(-STEP_EVENTS_MAX).map(({ timestamp, row }) => ({ stream, at: timestamp, data: Object.fromEntries(row.map((value, place) => [names[place] ?? `value ${place + 1}`, plain(value)])) })) };
    }),
  };
}
