import type { Row } from '../api.ts';
import { CURRENT, type Payload, type Stage, type WindowStage } from '../operators/stage.ts';
import { makeSeries } from '../operators/series/make-series.ts';
import { makeWindow } from '../operators/windows/make-window.ts';
import { StateMachine } from '../operators/pattern/machine.ts';
import { refills } from '../plan/describe-state.ts';
import type { HandlerPlan, QueryPlan } from '../plan/plan.ts';
import type { RowVariable } from '../plan/types.ts';
import type { PayloadKind, SelectionCode } from './emit-query.ts';
import type { Receiver } from './receiver.ts';
import { NOWHERE } from './junction.ts';
import { STREAM_FUNCTIONS } from '../plan/stream-functions.ts';
import { AggregatingFilter } from './aggregating-filter.ts';
import { predictionsIn, type PredictionPlace, type QueryContext, type RunningQuery } from './query-context.ts';
import { ExtendStage, FilterStage, Handover, StageEntry, watched } from './query-stages.ts';
import { SpreadStage } from './spread-stage.ts';
import { HeldOutput, QueryOutput, visibleTo, type OutputStage } from './query-output.ts';
import { EachSelector } from './each-selector.ts';
import { oneByOne, PassingQuery } from './passing-query.ts';
import { makeRate } from './rates/make-rate.ts';
import { GroupedSelector } from './grouped-selector.ts';
import { PlainSelector, TotalSelector, type Wanted } from './selector.ts';

export function wantedOf(query: QueryPlan): Wanted {
  const { events } = query.output;
  return { current: events !== 'expired', expired: events !== 'current' };
}

/** Makes a query. */
export function buildQuery(query: QueryPlan, context: QueryContext): RunningQuery {
  const running = buildUnwatched(query, context);
  const { watch } = context;
  return watch === undefined ? running : { name: query.name, receiver: (stream) => watched(running.receiver(stream), (timestamp, row) => watch(query.name, timestamp, row)) };
}

function buildUnwatched(query: QueryPlan, context: QueryContext): RunningQuery {
  const { input } = query;
  if (input.kind === 'single') {
    const receiver = buildFrom(query, input.handlers, 0, context);
    return { name: query.name, receiver: () => receiver };
  }
  const output = outputOf(query, context);
  if (input.kind === 'join') return { name: query.name, receiver: context.join(query, input, limitedBy(query, output, context), context) };
  const held = new HeldOutput(limitedBy(query, output, context));
  const stage = selectorOf(query, 'state', [], held, context);
  const machine = new StateMachine(input, (condition) => context.code.step(condition), context, { stage, hold: () => held.hold(), taken: () => held.taken(), put: (events) => held.chunk(events) });
  context.keep(`${query.name}/pattern`, machine);
  return { name: query.name, receiver: (stream) => machine.receiver(stream) };
}

/** The part of a query from behind a prediction on. */
export function buildBehind({ query, index }: PredictionPlace, context: QueryContext): Receiver {
  return query.input.kind === 'single' ? buildFrom(query, query.input.handlers, index + 1, context) : NOWHERE;
}

function outputOf(query: QueryPlan, { target, ears }: QueryContext): QueryOutput {
  return new QueryOutput(query.name, target, ears);
}

/** The end of a query, behind its output rate if it has one. */
function limitedBy(query: QueryPlan, output: QueryOutput, context: QueryContext): OutputStage {
  if (query.rate === undefined) return output;
  const rate = makeRate(query, output, context);
  context.keep(`${query.name}/rate`, rate);
  return rate;
}

/** The part of a query from one handler on; it is split where a prediction waits. */
function buildFrom(query: QueryPlan, handlers: readonly HandlerPlan[], from: number, context: QueryContext): Receiver {
  const rest = handlers.slice(from);
  const prediction = predictionsIn(query).find(({ index }) => index >= from);
  if (prediction !== undefined) {
    const { index } = prediction;
    const later = context.predict(prediction, (after) => buildFrom(query, handlers, index + 1, after));
    return chainOf(query, handlers.slice(from, index), from, new Handover(later), context);
  }
  // What a query puts out, it puts out where it ends: on the clock behind its last prediction.
  const output = outputOf(query, context);
  const filters = rest.filter((one) => one.kind === 'filter');
  const { selection } = query;
  const stateless = selection.aggregates.length === 0 && selection.groupBy.length === 0 && selection.limit === undefined && selection.offset === undefined && selection.orderBy.length === 0;
  if (query.rate === undefined && !readsWindow(query) && stateless && filters.length === rest.length && query.output.events !== 'expired') {
    const code = context.code.passing(filters, selection);
    return new PassingQuery(context.provenance === undefined ? code : oneByOne(context.provenance.plain(query, code.one)), output, context.target);
  }
  return chainOf(query, rest, from, selectorOf(query, 'row', rest, limitedBy(query, output, context), context), context);
}

/** Whether events come from a named window, which are told to leave as well as to arrive. */
function readsWindow({ input }: QueryPlan): boolean {
  if (input.kind === 'join') return input.left.source === 'window' || input.right.source === 'window';
  return input.kind === 'single' && input.window === true;
}

/** The selection of a query as a stage. */
export function selectorOf(query: QueryPlan, kind: PayloadKind, handlers: readonly HandlerPlan[], to: OutputStage, context: QueryContext): Stage {
  const { selection } = query;
  const output = visibleTo(to, selection);
  const wanted = wantedOf(query);
  if (selection.aggregates.length === 0 && selection.groupBy.length === 0) {
    return new PlainSelector(selection, wanted, noting(query, context.code.projection(selection, kind), context), output);
  }
  const sliding = readsWindow(query) || handlers.some((one) => one.kind === 'window' && one.window.sliding);
  const code = context.code.selection(selection, kind, sliding || wanted.expired);
  const make = (used: SelectionCode): Stage => {
    const selector = query.rate?.kind === 'snapshot' ? new EachSelector(selection, wanted, used, output) : selection.groupBy.length > 0 ? new GroupedSelector(selection, wanted, used, output) : new TotalSelector(selection, wanted, used, output);
    context.keep(`${query.name}/selection`, selector);
    return selector;
  };
  return context.provenance === undefined ? make(code) : context.provenance.aggregated(query, code, make, () => context.keyAtHand());
}

type Projection = (timestamp: number, payload: Payload) => Row | undefined;

function noting(query: QueryPlan, project: Projection, { provenance }: QueryContext): Projection {
  return provenance === undefined ? project : provenance.plain(query, project);
}

/** How a chain of handlers is used: under which name its state is kept, and whether its window is looked into. */
export interface ChainUse {
  name: string;
  searched: boolean;
  /** What the selection calls the events of this chain; `r` where it has no other. */
  row?: RowVariable;
  made?(window: WindowStage): void;
}

export function chainOf(query: QueryPlan, handlers: readonly HandlerPlan[], from: number, last: Stage, context: QueryContext, use: ChainUse = { name: query.name, searched: false }): Receiver {
  let stage = last;
  // Built from the end; but alarms and state are registered in the order of the text, of which there is one window.
  for (let index = handlers.length - 1; index >= 0; index--) {
    const handler = handlers[index];
    if (handler === undefined) continue;
    if (handler.kind === 'filter') stage = new FilterStage(context.code.condition(handler.condition, 'row'), stage);
    else if (handler.kind === 'aggregating-filter') {
      const leaving = readsWindow(query) || handlers.slice(0, index).some((one) => one.kind === 'window');
      const filter = new AggregatingFilter(context.code.aggregatingFilter(handler, leaving), stage);
      context.keep(`${use.name}/filter${from + index}`, filter);
      stage = filter;
    }
    else if (handler.kind === 'extend') {
      const known = STREAM_FUNCTIONS.get(handler.name);
      const { provenance } = context;
      const values = context.code.values(handler.arguments, 'row');
      if (known?.spread !== undefined) stage = new SpreadStage(values, known.spread, stage, provenance && ((row, of) => provenance.derived(row, of)));
      else if (known !== undefined) stage = new ExtendStage(values, known.run, stage, provenance);
    } else if (handler.kind === 'series') {
      const { provenance } = context;
      const series = makeSeries(handler.setting, context.code.values(handler.arguments, 'row'), context, stage, provenance && ((row, of) => provenance.derived(row, of)));
      context.keep(`${use.name}/series${from + index}`, series);
      stage = series;
    } else if (handler.kind === 'window') {
      const { expired } = wantedOf(query);
      const taken = query.selection.outputs.map((one) => (one.kind === 'value' && one.access.from === 'row' && one.access.variable === (use.row ?? 'r') ? one : undefined));
      // Of a batch of nothing but what arrived together, a join finds only what has still to be told to leave, as in Siddhi.
      const searched = use.searched && (expired || handler.window.name !== 'batch');
      const window = makeWindow(handler.window, { expired, searched, keepsRows: context.provenance !== undefined, taken }, context, stage);
      // A join looks into the window itself, not into what puts events in order before it.
      if (!handler.window.name.startsWith('reorder:')) use.made?.(window);
      context.keep(`${use.name}/window${from + index}`, window);
      if (refills(handlers) && last.discard !== undefined) context.refill(query.name, () => refill(window, last));
      stage = window;
    }
  }
  return new StageEntry(stage);
}

/** Sends what a window holds through the rest of its query, which puts out nothing of it. */
function refill(window: WindowStage, last: Stage): void {
  for (const { timestamp, payload } of window.events()) window.next.event(CURRENT, timestamp, payload);
  last.discard?.();
}
