import type { Row } from '../api.ts';
import type { KeyIndex } from '../operators/tables/key-index.ts';
import { equalsNothing } from '../operators/tables/table.ts';
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
  const { lookup } = table;
  if (side.source !== 'stream' || table.source !== 'table' || side.outer || lookup?.by !== 'key') return undefined;
  const [key] = lookup.values;
  const [keyed, more] = lookup.columns;
  if (key === undefined || keyed === undefined || more !== undefined) return undefined;
  const filters: Typed[] = [];
  for (const handler of side.handlers) {
    if (handler.kind !== 'filter') return undefined;
    filters.push(handler.condition);
  }
  const running = context.table(table.name);
  const code = emitTableJoin({ side: side === input.left ? 'l' : 'q', filters, key, keyed, condition: lookup.rest, selection: query.selection }, running, context.clock, context.tables);
  return { stream: side.name, make: (otherwise) => new ShortTableJoin(code, running.table.byKey, output, context.target, otherwise) };
}

function keepsNothing({ aggregates, groupBy, orderBy, limit, offset }: SelectionPlan): boolean {
  return aggregates.length === 0 && groupBy.length === 0 && orderBy.length === 0 && limit === undefined && offset === undefined;
}

class ShortTableJoin implements Receiver {
  private readonly code: TableJoinCode;
  private readonly keys: KeyIndex;
  private readonly output: QueryOutput;
  private readonly target: Receiver;
  /** The same join step by step, for when someone hears the query itself. */
  private readonly otherwise: Receiver;

  constructor(code: TableJoinCode, keys: KeyIndex, output: QueryOutput, target: Receiver, otherwise: Receiver) {
    this.code = code;
    this.keys = keys;
    this.output = output;
    this.target = target;
    this.otherwise = otherwise;
  }

  one(timestamp: number, row: Row): void {
    if (this.output.heard) {
      this.otherwise.one(timestamp, row);
      return;
    }
    const key = this.code.key(timestamp, row);
    const out = this.join(timestamp, row, key, this.keys.slotOf(key));
    if (out !== undefined) this.target.one(timestamp, out);
  }

  many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): void {
    if (this.output.heard) {
      this.otherwise.many(timestamps, rows, from, to);
      return;
    }
    // All slots first: a short loop waits for the memory of several at once.
    const slots: number[] = [];
    for (let index = from; index < to; index++) slots.push(this.keys.slotOf(this.code.key(timestamps[index] ?? 0, rows[index] ?? [])));
    const times: number[] = [];
    const made: Row[] = [];
    for (let index = from; index < to; index++) {
      const [timestamp, row] = [timestamps[index] ?? 0, rows[index] ?? []];
      const slot = slots[index - from] ?? -1;
      const out = this.join(timestamp, row, slot < 0 ? this.code.key(timestamp, row) : undefined, slot);
      if (out === undefined) continue;
      times.push(timestamp);
      made.push(out);
    }
    handOn(this.target, times, made, 0, made.length);
  }

  /** `key` counts where there is no slot. */
  private join(timestamp: number, row: Row, key: unknown, slot: number): Row | undefined {
    if (slot >= 0) return this.code.joinSlot(timestamp, row, slot);
    const place = equalsNothing(key) ? -1 : this.keys.withoutSlot(key);
    return place < 0 ? undefined : this.code.joinPlace(timestamp, row, place);
  }
}
