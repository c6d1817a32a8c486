import type { Row } from '../api.ts';
import type { Place } from '../operators/tables/place-order.ts';
import type { Table } from '../operators/tables/table.ts';
import type { TableLookup } from '../plan/plan.ts';
import type { RowVariable, Typed } from '../plan/types.ts';
import { Emitter, type Stored, type TableTest } from './emit-expression.ts';
import { buildFunction, emitRowValues } from './emit-query.ts';
import type { Clock } from './timers.ts';

/** A row of a table: where it stands, or a row that is not in it yet. */
export type Held = Place | Row;

/** The variables of an event and of a table's row. */
export interface Sides {
  event: RowVariable;
  held: RowVariable;
}

/** Which rows of a table are looked for. */
export interface Search extends Sides {
  lookup: TableLookup | undefined;
  condition: Typed | undefined;
}

/** The places of the rows that match an event: found by key or index where the condition allows, and tested where they stand. */
export function emitMatching(table: Table, { lookup, condition, event, held }: Search, clock: Clock, tables: TableTest): (timestamp: number, event: Row) => Place[] {
  const candidates = emitCandidates(table, lookup, event, clock, tables);
  const tested = lookup === undefined ? condition : lookup.rest;
  if (tested === undefined) return (timestamp, row) => [...candidates(timestamp, row)];
  const matches = emitHeldTest(tested, { event, held }, storedAs(held, table), clock, tables);
  return (timestamp, row) => {
    const found: Place[] = [];
    for (const place of candidates(timestamp, row)) if (matches(timestamp, row, place)) found.push(place);
    return found;
  };
}

/** The places that can match an event; by key or index where the condition allows, else all. */
function emitCandidates(table: Table, lookup: TableLookup | undefined, variable: RowVariable, clock: Clock, tables: TableTest): (timestamp: number, row: Row) => Iterable<Place> {
  if (lookup === undefined) return () => table.all();
  const values = emitRowValues(lookup.values, variable, clock, tables);
  const [column] = lookup.columns;
  if (lookup.by === 'key' || column === undefined) return (timestamp, row) => table.withKey(values(timestamp, row));
  return (timestamp, row) => table.withIndex(column, values(timestamp, row)[0]);
}

/** That a variable is a place of a table. */
export function storedAs(variable: RowVariable, { columns }: Table): Stored {
  return new Map([[variable, columns]]);
}

/** `(timestamp, event, held) => boolean` over an event and a row of a table; `stored` when the row is meant where it stands. */
export function emitHeldTest(condition: Typed, { event, held }: Sides, stored: Stored | undefined, clock: Clock, tables: TableTest): (timestamp: number, event: Row, held: Held) => boolean {
  const emitter = new Emitter(tables, stored);
  const code = emitter.truth(condition);
  const source = `'use strict';${emitter.bindings()}return function(t,${event},${held}){${emitter.takeDeclarations()}return ${code};}`;
  return buildFunction(source, emitter.constants, clock) as (timestamp: number, event: Row, held: Held) => boolean;
}

/**
 * `(timestamp, event, row) => row` as `set` changes a row of a table: one attribute after the other in the order of the table's, each
 * assignment seeing those before it.
 */
export function emitSet(set: readonly { column: number; value: Typed }[], clock: Clock, tables: TableTest): (timestamp: number, event: Row, row: Row) => Row {
  const emitter = new Emitter(tables);
  const inOrder = [...set].sort((left, right) => left.column - right.column);
  const code = inOrder.map(({ column, value }) => `q[${column}]=(${emitter.value(value)})??null;`).join('');
  const source = `'use strict';${emitter.bindings()}return function(t,r,o){const q=[...o];${emitter.takeDeclarations()}${code}return q;}`;
  return buildFunction(source, emitter.constants, clock) as (timestamp: number, event: Row, row: Row) => Row;
}
