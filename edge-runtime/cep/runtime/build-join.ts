import type { Row } from '../api.ts';
import { EmptyWindow } from '../operators/windows/batch-window.ts';
import { EventQueue } from '../operators/windows/event-queue.ts';
import { JoinIndex } from '../operators/join-index.ts';
import { JoinSide, SilentSide, type JoinSideSetting, type Searched } from '../operators/join.ts';
import type { Stage, WindowStage } from '../operators/stage.ts';
import { joinKeyOf } from '../plan/conjuncts.ts';
import type { JoinInputPlan, JoinSidePlan, QueryPlan } from '../plan/plan.ts';
import type { Typed } from '../plan/types.ts';
import { searchedRollup } from './build-aggregation.ts';
import { chainOf, selectorOf, wantedOf } from './build-query.ts';
import type { QueryContext } from './query-context.ts';
import { StageEntry } from './query-stages.ts';
import { shortTableJoin } from './build-table-join.ts';
import { eachAlone, type Receiver } from './receiver.ts';
import { HeldOutput, type OutputStage } from './query-output.ts';

/** Makes a join; each side's stream has a receiver of its own. */
export function buildJoin(query: QueryPlan, input: JoinInputPlan, output: OutputStage, context: QueryContext): (stream: string) => Receiver {
  const collected = new HeldOutput(output);
  const stage = selectorOf(query, 'pair', [...input.left.handlers, ...input.right.handlers], collected, context);
  const test = input.condition === undefined ? (): boolean => true : context.code.pair(input.condition);
  const searched: { left: Searched | undefined; right: Searched | undefined } = { left: undefined, right: undefined };
  const receivers = new Map<string, Receiver[]>();
  for (const side of ['left', 'right'] as const) {
    const plan = input[side];
    if (plan.source === 'table') {
      searched[side] = searchedTable(plan, side, input.condition, context);
      continue;
    }
    if (plan.source === 'aggregation') {
      if (plan.range !== undefined) searched[side] = searchedRollup(context.rollup(plan.name), plan.range, side === 'left' ? 'q' : 'l', context.clock, context.tables);
      continue;
    }
    // The other side is looked up when an event comes, since it may be made after this one.
    const other: Searched = { candidates: (timestamp, row) => searched[side === 'left' ? 'right' : 'left']?.candidates(timestamp, row) ?? [] };
    const setting: JoinSideSetting = { left: side === 'left', outer: plan.outer, test, other, next: stage, answersEach: query.selection.aggregates.length + query.selection.groupBy.length > 0, hold: () => collected.hold(), release: () => collected.release() };
    const last = plan.triggers ? new JoinSide(setting) : new SilentSide();
    if (plan.source === 'window') {
      searched[side] = searchedWindow(plan, context);
      const receiver = chainOf(query, plan.handlers, 0, last, context);
      // Of a window joined with itself the left side alone sets off, with each event apart.
      const left = receivers.get(plan.name)?.[0];
      receivers.set(plan.name, [left === undefined ? receiver : apart(left)]);
      continue;
    }
    const key = input.condition === undefined || !slides(plan) ? undefined : joinKeyOf(input.condition);
    const held = (): readonly Row[] => (built.window === undefined ? [] : rowsOf(built.window));
    const index = key === undefined ? undefined : new JoinIndex(key[side], held, last);
    const built = buildSide(query, plan, side, index ?? last, context);
    if (key === undefined || index === undefined) searched[side] = { candidates: held };
    else {
      context.keep(`${query.name}/${side}/index`, index);
      const asked = key[side === 'left' ? 'right' : 'left'];
      searched[side] = { candidates: (_, row) => index.find(row[asked]) };
    }
    const { receiver } = built;
    receivers.set(plan.name, [...(receivers.get(plan.name) ?? []), receiver]);
  }
  const short = shortTableJoin(query, input, output, context);
  return (stream) => {
    const receiver = together(receivers.get(stream) ?? []);
    return short?.stream === stream ? short.make(receiver) : receiver;
  };
}

/** Windows of which everything that comes and leaves is seen, in the order in which they hold it, so that an index behind them can follow. */
const FOLLOWED = new Set(['length', 'time', 'timeLength', 'externalTime']);

function slides(plan: JoinSidePlan): boolean {
  const last = plan.handlers.at(-1);
  return last?.kind === 'window' && FOLLOWED.has(last.window.name);
}

/** A window by name holds for all; what a filter behind its name refuses is not there for this join. */
function searchedWindow(plan: JoinSidePlan, context: QueryContext): Searched {
  const tests = plan.handlers.flatMap((one) => (one.kind === 'filter' ? [context.code.condition(one.condition, 'row')] : []));
  const rows = (): readonly Row[] => context.windowRows(plan.name);
  return { candidates: tests.length === 0 ? rows : (timestamp) => rows().filter((row) => tests.every((test) => test(timestamp, row))) };
}

function searchedTable(plan: JoinSidePlan, side: 'left' | 'right', condition: Typed | undefined, context: QueryContext): Searched {
  const { table } = context.table(plan.name);
  const sides = side === 'left' ? ({ event: 'q', held: 'l' } as const) : ({ event: 'l', held: 'q' } as const);
  // Tested here already, so that no row is made of what does not match.
  const find = context.code.matching(plan, table, { ...sides, lookup: plan.lookup, condition });
  return { candidates: (timestamp, row) => find(timestamp, row).map((place) => table.row(place)) };
}

/** Handlers, window and join of one side; without a window, one that keeps nothing. */
function buildSide(query: QueryPlan, plan: JoinSidePlan, side: 'left' | 'right', last: Stage, context: QueryContext): { receiver: Receiver; window: WindowStage } {
  let window: WindowStage | undefined;
  const name = `${query.name}/${side}`;
  const row = side === 'left' ? 'l' : 'q';
  if (!plan.handlers.some((one) => one.kind === 'window')) {
    const empty = new EmptyWindow(wantedOf(query).expired, context, last);
    return { receiver: chainOf(query, plan.handlers, 0, empty, context, { name, searched: true, row }), window: empty };
  }
  const receiver = chainOf(query, plan.handlers, 0, last, context, { name, searched: true, row, made: (one) => (window = one) });
  if (window === undefined) throw new TypeError('A side of a join was made without its window.');
  return { receiver, window };
}

function rowsOf(window: WindowStage): readonly Row[] {
  window.lookInto?.();
  const held = window.events();
  const payloads = held instanceof EventQueue ? held.copy() : Array.from(held, (one) => one.payload);
  return payloads.filter((payload): payload is Row => Array.isArray(payload));
}

/** Ends a chunk after each event. */
function apart(receiver: Receiver): Receiver {
  if (!(receiver instanceof StageEntry)) return receiver;
  const { first } = receiver;
  return new StageEntry({
    event: (type, timestamp, payload) => {
      first.event(type, timestamp, payload);
      first.end();
    },
    end: () => undefined,
  });
}

/** A stream joined with itself: its events come to both sides, the left one first. */
function together(receivers: readonly Receiver[]): Receiver {
  const [only] = receivers;
  if (receivers.length === 1 && only !== undefined) return only;
  return eachAlone((timestamp, row) => {
    for (const receiver of receivers) receiver.one(timestamp, row);
  });
}
