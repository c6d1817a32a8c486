import type { EngineOptions, Row } from '../api.ts';
import type { OperatorContext } from '../operators/operator-context.ts';
import { CURRENT, type EventType, type Payload, type Stage, type Stateful, type WindowStage } from '../operators/stage.ts';
import { makeSeries } from '../operators/series/make-series.ts';
import { makeWindow } from '../operators/windows/make-window.ts';
import { StateMachine } from '../operators/pattern/machine.ts';
import { refills } from '../plan/describe-state.ts';
import type { HandlerPlan, JoinInputPlan, QueryPlan } from '../plan/plan.ts';
import type { RowVariable } from '../plan/types.ts';
import type { TableTest } from './emit-expression.ts';
import type { PayloadKind, SelectionCode } from './emit-query.ts';
import type { RunningTable } from './build-table.ts';
import type { Receiver } from './receiver.ts';
import { NOWHERE } from './junction.ts';
import { STREAM_FUNCTIONS } from '../plan/stream-functions.ts';
import type { Rollup } from '../operators/rollup/rollup.ts';
import type { Provenance } from './provenance.ts';
import type { QueryCode } from './query-code.ts';
import type { Beginning } from './start-of-time.ts';
import { AggregatingFilter } from './aggregating-filter.ts';
import { SpreadStage } from './spread-stage.ts';
import { HeldOutput, QueryOutput, visibleTo, type OutputStage, type QueryEars } from './query-output.ts';
import { EachSelector } from './each-selector.ts';
import { oneByOne, PassingQuery } from './passing-query.ts';
import { makeRate } from './rates/make-rate.ts';
import { GroupedSelector } from './grouped-selector.ts';
import { PlainSelector, TotalSelector, type Wanted } from './selector.ts';

/** What a query needs from the app around it. */
export interface QueryContext extends OperatorContext {
  target: Receiver;
  /** Who hears the query itself. */
  ears: QueryEars;
  /** Notes what rows are made of, in an engine that was asked to. */
  provenance: Provenance | undefined;
  /** Which key of a partition is worked on, where its keys share operators; always the same elsewhere. */
  keyAtHand(): unknown;
  /** Hears what reaches the query, in an engine that was asked to tell. */
  watch: EngineOptions['watch'];
  code: QueryCode;
  tables: TableTest;
  table(name: string): RunningTable;
  /** What a named window holds. */
  windowRows(name: string): readonly Row[];
  rollup(name: string): Rollup;
  /** Makes the join of a query; handed in, since joins are made of what this file makes. */
  join(query: QueryPlan, input: JoinInputPlan, output: OutputStage, context: QueryContext): (stream: string) => Receiver;
  /** Calls back when the app starts, or the key of a partition. */
  begin(begin: Beginning): void;
  /** Registers something that snapshots hold; called in the same order for every engine of an app. */
  keep(id: string, state: Stateful): void;
  /** Registers how the aggregators of a query are made again from what its window holds. */
  refill(query: string, run: () => void): void;
  /** Where the part of a query after a prediction runs. */
  predict(prediction: PredictionPlace, build: (context: QueryContext) => Receiver): Receiver;
}

/** A prediction in a query, and what its rows wait under. */
export interface PredictionPlace {
  handler: Extract<HandlerPlan, { kind: 'predict' }>;
  /** Its place among the query's handlers. */
  index: number;
  query: QueryPlan;
  id: string;
}

export function predictionsIn(query: QueryPlan): PredictionPlace[] {
  if (query.input.kind !== 'single') return [];
  return query.input.handlers.flatMap((handler, index) => (handler.kind === 'predict' ? [{ handler, index, query, id: `${query.name}/predict${index}` }] : []));
}

/** A query at run time. */
export interface RunningQuery {
  name: string;
  /** The way in for the events of each stream that it reads. */
  receiver(stream: string): Receiver;
}

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

/** From the chunks of a stream to the events of a query's first stage. */
export class StageEntry implements Receiver {
  readonly first: Stage;

  constructor(first: Stage) {
    this.first = first;
  }

  one(timestamp: number, row: Row): void {
    this.first.event(CURRENT, timestamp, row);
    this.first.end();
  }

  many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    for (let index = from; index < to; index++) this.first.event(CURRENT, timestamps[index] ?? 0, rows[index]);
    this.first.end();
  }
}

/** Tells of each event before it goes on. */
function watched(receiver: Receiver, tell: (timestamp: number, row: Row) => void): Receiver {
  if (receiver instanceof StageEntry) {
    const { first } = receiver;
    return new StageEntry({
      event: (type, timestamp, payload) => {
        if (type === CURRENT && Array.isArray(payload)) tell(timestamp, payload);
        first.event(type, timestamp, payload);
      },
      end: () => first.end(),
    });
  }
  return {
    one: (timestamp, row) => {
      tell(timestamp, row);
      receiver.one(timestamp, row);
    },
    many: (timestamps, rows, from, to) => {
      for (let index = from; index < to; index++) tell(timestamps[index] ?? 0, rows[index] ?? []);
      receiver.many(timestamps, rows, from, to);
    },
  };
}

class FilterStage implements Stage {
  private readonly test: (timestamp: number, payload: Payload) => boolean;
  private readonly next: Stage;
  private some = false;

  constructor(test: (timestamp: number, payload: Payload) => boolean, next: Stage) {
    this.test = test;
    this.next = next;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    if (!this.test(timestamp, payload)) return;
    this.some = true;
    this.next.event(type, timestamp, payload);
  }

  /** A chunk of which nothing is left goes no further. */
  end(): void {
    if (!this.some) return;
    this.some = false;
    this.next.end();
  }
}

class ExtendStage implements Stage {
  private readonly values: (timestamp: number, payload: Payload) => unknown[];
  private readonly run: (values: readonly unknown[]) => readonly unknown[];
  private readonly next: Stage;
  private readonly provenance: Provenance | undefined;

  constructor(values: (timestamp: number, payload: Payload) => unknown[], run: (values: readonly unknown[]) => readonly unknown[], next: Stage, provenance: Provenance | undefined) {
    this.provenance = provenance;
    this.values = values;
    this.run = run;
    this.next = next;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    const row = Array.isArray(payload) ? payload : [];
    const extended = [...row, ...this.run(this.values(timestamp, payload))];
    this.provenance?.derived(extended, row);
    this.next.event(type, timestamp, extended);
  }

  end(): void {
    this.next.end();
  }
}

/** Hands what comes out of a query's first part to the receiver of its second. */
class Handover implements Stage {
  private readonly later: Receiver;

  constructor(later: Receiver) {
    this.later = later;
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    if (type === CURRENT && Array.isArray(payload)) this.later.one(timestamp, payload);
  }

  end(): void {
    // The receiver takes events one by one.
  }
}
