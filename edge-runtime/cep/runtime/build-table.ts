import type { Row } from '../api.ts';
import { keyOrderOf } from '../operators/java-order.ts';
import type { TableEntry } from '../operators/table-entry.ts';
import { Table } from '../operators/table.ts';
import { lookupOf } from '../plan/plan-table.ts';
import type { TableChange, TableLookup, TablePlan } from '../plan/plan.ts';
import type { RowVariable } from '../plan/types.ts';
import { Emitter, type TableTest } from './emit-expression.ts';
import { buildFunction, emitPairTest, emitRowValues, emitSetValues } from './emit-query.ts';
import { eachAlone, type Receiver } from './receiver.ts';
import type { Clock } from './timers.ts';

/** A table and what was planned of it. */
export interface RunningTable {
  plan: TablePlan;
  table: Table;
}

export function makeTable(plan: TablePlan): RunningTable {
  const types = plan.primaryKey.map((column) => plan.attributes[column]?.type ?? 'object');
  return { plan, table: new Table(plan.primaryKey, plan.indexes, types.length === 0 ? undefined : keyOrderOf(types)) };
}

/** The entries that can match an event; by key or index where the condition allows, else all. */
export function emitCandidates(table: Table, lookup: TableLookup | undefined, variable: RowVariable, clock: Clock, tables: TableTest): (timestamp: number, row: Row) => Iterable<TableEntry> {
  if (lookup === undefined) return () => table.all();
  const values = emitRowValues(lookup.values, variable, clock, tables);
  const [column] = lookup.columns;
  if (lookup.by === 'key' || column === undefined) return (timestamp, row) => table.withKey(values(timestamp, row));
  return (timestamp, row) => table.withIndex(column, values(timestamp, row)[0]);
}

/** The test behind `condition in Table`: whether a row of the table fulfils the condition. */
export function emitTableTest(tables: ReadonlyMap<string, RunningTable>, clock: Clock): TableTest {
  const test: TableTest = (name, condition, locals) => {
    const running = tables.get(name);
    if (running === undefined) throw new TypeError(`The table '${name}' passed the checker and does not exist.`);
    const emitter = new Emitter(test);
    const rows = emitSearch(emitter, running.table, lookupOf(condition, running.plan, 'n'));
    const holds = emitter.truth(condition);
    const source = `'use strict';${emitter.bindings()}return function(${['t', ...locals].join(',')}){${emitter.takeDeclarations()}for(const {row:n} of ${rows})if(${holds})return true;return false;}`;
    return buildFunction(source, emitter.constants, clock) as ReturnType<TableTest>;
  };
  return test;
}

/** The entries of a table that can match, as code. */
function emitSearch(emitter: Emitter, table: Table, lookup: TableLookup | undefined): string {
  const [column] = lookup?.columns ?? [];
  if (lookup === undefined || column === undefined) return `${emitter.constant(table)}.all()`;
  const values = lookup.values.map((one) => emitter.value(one)).join(',');
  return lookup.by === 'key' ? `${emitter.constant(table)}.withKey([${values}])` : `${emitter.constant(table)}.withIndex(${column},${values})`;
}

/** The receiver that changes a table with the rows that a query puts out. */
export function tableReceiver({ table }: RunningTable, change: TableChange, clock: Clock, tables: TableTest): Receiver {
  if (change.kind === 'add') return eachAlone((_, row) => table.add(row));
  return changer(table, change, clock, tables);
}

function changer(table: Table, change: Exclude<TableChange, { kind: 'add' }>, clock: Clock, tables: TableTest): Receiver {
  const candidates = emitCandidates(table, change.lookup, 'r', clock, tables);
  const matches = change.condition === undefined ? (): boolean => true : emitPairTest(change.condition, 'r', clock, tables);
  const values = emitSetValues(change.set.map((one) => one.value), clock, tables);
  /** Changes what matches; whether anything did. */
  const apply = (timestamp: number, row: Row): boolean => {
    // The matching entries first: changing a table while walking through it could meet an entry twice.
    const found = [...candidates(timestamp, row)].filter((entry) => matches(timestamp, row, entry.row));
    if (change.kind === 'delete') for (const entry of found) table.remove(entry);
    else table.replaceAll(found, found.map((entry) => changed(entry.row, change, values(timestamp, row, entry.row))));
    return found.length > 0;
  };
  const one = (timestamp: number, row: Row): void => {
    if (!apply(timestamp, row) && change.kind === 'upsert') table.add(row);
  };
  /** A chunk's new rows are added after it; until then an event changes them only where it changes no row of the table. */
  const upsertAll: Receiver['many'] = (timestamps, rows, from, to) => {
    const added: Row[] = [];
    rows.slice(from, to).forEach((row, index) => {
      const timestamp = timestamps[from + index] ?? 0;
      if (apply(timestamp, row)) return;
      let some = false;
      added.forEach((other, at) => {
        if (!matches(timestamp, row, other)) return;
        some = true;
        added[at] = changed(other, change, values(timestamp, row, other));
      });
      if (!some) added.push(row);
    });
    for (const row of added) table.add(row);
  };
  // Where a key or index finds the row it makes no difference, and is faster one by one.
  return change.kind === 'upsert' && change.lookup === undefined ? { one, many: upsertAll } : eachAlone(one);
}

function changed(row: Row, change: Exclude<TableChange, { kind: 'add' }>, values: readonly unknown[]): Row {
  const copy = [...row];
  change.set.forEach(({ column }, index) => {
    copy[column] = values[index] ?? null;
  });
  return copy;
}
