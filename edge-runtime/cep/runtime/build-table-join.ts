import type { Row } from '../api.ts';
import type { Place } from '../operators/tables/place-order.ts';
import type { Table } from '../operators/tables/table.ts';
import type { JoinInputPlan, QueryPlan, SelectionPlan } from '../plan/plan.ts';
import type { Typed } from '../plan/types.ts';
import type { QueryContext } from './query-context.ts';
import { emitTableJoin, type TableJoinCode } from './emit-table-join.ts';
import { handOn, type Receiver } from './receiver.ts';
import { QueryOutput, type OutputStage } from './query-output.ts';

/**
 * The short way of a join that looks up one row by a table's primary key and keeps nothing: one piece of generated code
 * between the event and the output. Undefined where the join asks for more, and where someone asked what rows are made of.
 */
export function shortTableJoin(query: QueryPlan, input: JoinInputPlan, output: OutputStage, context: QueryContext): { stream: string; make(otherwise: Receiver): Receiver } | undefined {
  if (context.provenance !== undefined || !(output instanceof QueryOutput) || query.output.events !== 'current' || !keepsNothing(query.selection)) return undefined;
  const [side, table] = input.left.source === 'stream' ? [input.left, input.right] : [input.right, input.left];
  const [key, more] = table.lookup?.values ?? [];
  if (side.source !== 'stream' || table.source !== 'table' || side.outer || table.lookup?.by !== 'key' || key === undefined || more !== undefined) return undefined;
  const filters: Typed[] = [];
  for (const handler of side.handlers) {
    if (handler.kind !== 'filter') return undefined;
    filters.push(handler.condition);
  }
  const { table: rows } = context.table(table.name);
  const code = emitTableJoin({ side: side === input.left ? 'l' : 'q', filters, key, condition: input.condition, selection: query.selection }, rows, context.clock, context.tables);
  return { stream: side.name, make: (otherwise) => new ShortTableJoin(code, rows, output, context.target, otherwise) };
}

function keepsNothing({ aggregates, groupBy, orderBy, limit, offset }: SelectionPlan): boolean {
  return aggregates.length === 0 && groupBy.length === 0 && orderBy.length === 0 && limit === undefined && offset === undefined;
}

class ShortTableJoin implements Receiver {
  private readonly code: TableJoinCode;
  private readonly table: Table;
  private readonly output: QueryOutput;
  private readonly target: Receiver;
  /** The same join step by step, for when someone hears the query itself. */
  private readonly otherwise: Receiver;

  constructor(code: TableJoinCode, table: Table, output: QueryOutput, target: Receiver, otherwise: Receiver) {
    this.code = code;
    this.table = table;
    this.output = output;
    this.target = target;
    this.otherwise = otherwise;
  }

  one(timestamp: number, row: Row): void {
    if (this.output.heard) {
      this.otherwise.one(timestamp, row);
      return;
    }
    const found = this.table.placeWithKey(this.code.key(timestamp, row));
    const out = found < 0 ? undefined : this.code.join(timestamp, row, found);
    if (out !== undefined) this.target.one(timestamp, out);
  }

  many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    if (this.output.heard) {
      this.otherwise.many(timestamps, rows, from, to);
      return;
    }
    // All places first: a short loop waits for the memory of several rows at once.
    const places: Place[] = [];
    for (let index = from; index < to; index++) places.push(this.table.placeWithKey(this.code.key(timestamps[index] ?? 0, rows[index] ?? [])));
    const times: number[] = [];
    const made: Row[] = [];
    places.forEach((place, at) => {
      const timestamp = timestamps[from + at] ?? 0;
      const out = place < 0 ? undefined : this.code.join(timestamp, rows[from + at] ?? [], place);
      if (out === undefined) return;
      times.push(timestamp);
      made.push(out);
    });
    handOn(this.target, times, made, 0, made.length);
  }
}
