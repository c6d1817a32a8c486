import { CepError, type Row } from '../api.ts';
import type { HeldEvent, HeldMatch, Holding, HoldsOptions, QueryHoldings } from '../held-api.ts';
import { EventQueue } from '../operators/windows/event-queue.ts';
import { StateMachine } from '../operators/pattern/machine.ts';
import type { Payload, Stateful, WindowStage } from '../operators/stage.ts';
import type { QueryPlan } from '../plan/plan.ts';
import { inputStreams } from '../plan/stages.ts';
import type { RunningWindow } from './named-windows.ts';
import type { RunningPartition } from './partition.ts';

/** Where an engine keeps things. */
export interface Stores {
  queries: readonly QueryPlan[];
  kept: ReadonlyMap<string, Stateful>;
  windows: ReadonlyMap<string, RunningWindow>;
  partitions: readonly RunningPartition[];
}

/** What a query holds: named windows that it reads, and its own windows and pattern, in a partition those of one key. */
export function queryHoldings(name: string, { queries, kept, windows, partitions }: Stores, max: number, { key, like = '', keysMax = 0 }: HoldsOptions): QueryHoldings {
  const query = queries.find((one) => one.name === name);
  if (query === undefined) throw new CepError('name.unknown-query', `There is no query '${name}'.`);
  const named = [...new Set(inputStreams(query))].flatMap((stream) => {
    const window = windows.get(stream)?.window;
    return window === undefined ? [] : [windowHolding(stream, window, max)];
  });
  if (query.partition === undefined) return { holdings: [...named, ...holdingsOf(query, kept, max)] };
  const parts = partitions.filter((one) => one.plan.index === query.partition);
  const held = parts.flatMap((one) => one.heldFor(key) ?? []);
  // A part behind a prediction has the keys that have come so far.
  const [fullest] = parts.toSorted((left, right) => right.size - left.size);
  const found = fullest?.keys.like(like, keysMax + 1) ?? [];
  return {
    partition: { key: held[0]?.key, keys: fullest?.size ?? 0, named: found.slice(0, keysMax), more: found.length > keysMax },
    holdings: [...named, ...held.flatMap((one) => holdingsOf(query, one.kept, max))],
  };
}

/** Of each at most `max` of the latest. `kept` is named as in a snapshot. */
function holdingsOf(query: QueryPlan, kept: Iterable<readonly [string, Stateful]>, max: number): Holding[] {
  const prefix = `${query.name}/`;
  const holdings: Holding[] = [];
  for (const [id, state] of kept) {
    if (!id.startsWith(prefix)) continue;
    if (state instanceof StateMachine) holdings.push(unfinished(query, state, max));
    else if (isWindow(state)) holdings.push(windowHolding(streamOf(query, id.slice(prefix.length)), state, max));
  }
  return holdings;
}

function windowHolding(stream: string, window: WindowStage, max: number): Holding {
  const held = window.gathering?.() ?? window.events();
  if (held instanceof EventQueue) {
    const from = Math.max(0, held.size - max);
    return { kind: 'window', stream, total: held.size, events: Array.from({ length: held.size - from }, (_, index) => eventOf(held.timeAt(from + index), held.payloadAt(from + index))) };
  }
  const all = Array.from(held, ({ timestamp, payload }) => eventOf(timestamp, payload));
  return { kind: 'window', stream, total: all.length, events: all.slice(-max) };
}

function isWindow(state: Stateful): state is WindowStage & Stateful {
  return 'events' in state && 'event' in state;
}

/** A side of a join says which it is in its name. */
function streamOf({ input }: QueryPlan, place: string): string {
  if (input.kind === 'join') return place.startsWith('left/') ? input.left.name : input.right.name;
  return input.kind === 'single' ? input.stream : '';
}

/** Matches that have taken an event and wait for the next; one that several steps wait for is told once. */
function unfinished({ input }: QueryPlan, machine: StateMachine, max: number): Holding {
  const slots = input.kind === 'pattern' || input.kind === 'sequence' ? input.slots : [];
  const nameOf = (slot: number): string => slots[slot]?.name ?? slots[slot]?.stream ?? '';
  const begun = machine.unfinished();
  const matches = begun.slice(-max).map(({ match, waitsAt }): HeldMatch => ({
    waitsFor: waitsAt.map(nameOf),
    steps: match.slots.flatMap((slot, index) => {
      const events = slot === null ? [] : Array.isArray(slot) ? slot : [slot];
      return events.length === 0 ? [] : [{ name: nameOf(index), stream: slots[index]?.stream ?? '', total: events.length, events: events.slice(-max).map(({ t, r }) => ({ timestamp: t, row: r })) }];
    }),
  }));
  return { kind: 'pattern', stream: [...new Set(slots.map((one) => one.stream))].join(', '), total: begun.length, matches };
}

function eventOf(timestamp: number, payload: Payload): HeldEvent {
  const row: Row = Array.isArray(payload) ? payload : [];
  return { timestamp, row };
}
