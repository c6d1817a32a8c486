import type { Row } from '../api.ts';
import type { Payload } from '../operators/stage.ts';
import type { HandlerPlan, SelectionPlan } from '../plan/plan.ts';
import type { Typed } from '../plan/types.ts';
import type { Table } from '../operators/tables/table.ts';
import type { Place } from '../operators/tables/place-order.ts';
import type { TableTest } from './emit-expression.ts';
import { emitPassing, emitPassingChunks, type PassingCode } from './emit-passing.ts';
import { emitAggregatingFilter, emitCondition, emitPairTest, emitSelection, emitStepCondition, emitValues, type FilterCode, type PayloadKind, type SelectionCode } from './emit-query.ts';
import { emitMatching, type Search } from './emit-stored.ts';
import type { Clock } from './timers.ts';

type Filters = readonly Extract<HandlerPlan, { kind: 'filter' }>[];

/**
 * The generated code of a group of queries. Each part of a plan is turned into code once, however many copies of its
 * query there are: a partition makes one for every key.
 */
export class QueryCode {
  private readonly clock: Clock;
  readonly tables: TableTest;
  /** By the piece of the plan that the code was made from. Pieces belong to one query and one use. */
  private readonly made = new WeakMap<object, unknown>();

  constructor(clock: Clock, tables: TableTest) {
    this.clock = clock;
    this.tables = tables;
  }

  condition(condition: Typed, kind: PayloadKind): (timestamp: number, payload: Payload) => boolean {
    return this.once(condition, () => emitCondition(condition, kind, this.clock, this.tables));
  }

  aggregatingFilter(filter: Extract<HandlerPlan, { kind: 'aggregating-filter' }>, tracksLeaving: boolean): FilterCode {
    return this.once(filter, () => emitAggregatingFilter(filter.condition, filter.aggregates, tracksLeaving, this.clock, this.tables));
  }

  step(condition: Typed): (timestamp: number, row: Row, state: Payload) => boolean {
    return this.once(condition, () => emitStepCondition(condition, this.clock, this.tables));
  }

  pair(condition: Typed): (timestamp: number, left: Row | null, right: Row | null) => boolean {
    return this.once(condition, () => emitPairTest(condition, this.clock, this.tables));
  }

  values(values: readonly Typed[], kind: PayloadKind): (timestamp: number, payload: Payload) => unknown[] {
    return this.once(values, () => emitValues(values, kind, this.clock, this.tables));
  }

  /** The projection of a selection that keeps nothing. */
  projection(selection: SelectionPlan, kind: PayloadKind): (timestamp: number, payload: Payload) => Row | undefined {
    return this.once(selection, () => emitPassing([], selection, kind, this.clock, this.tables));
  }

  passing(filters: Filters, selection: SelectionPlan): PassingCode {
    return this.once(selection, () => emitPassingChunks(filters, selection, this.clock, this.tables));
  }

  selection(selection: SelectionPlan, kind: PayloadKind, tracksLeaving: boolean): SelectionCode {
    return this.once(selection, () => emitSelection(selection, kind, tracksLeaving, this.clock, this.tables));
  }

  /** Where the rows of a table stand that match an event; made once for each piece of a plan that searches. */
  matching(piece: object, table: Table, search: Search): (timestamp: number, row: Row) => Place[] {
    return this.once(piece, () => emitMatching(table, search, this.clock, this.tables));
  }

  private once<T>(piece: object, make: () => T): T {
    const known = this.made.get(piece) as T | undefined;
    if (known !== undefined) return known;
    const code = make();
    this.made.set(piece, code);
    return code;
  }
}
