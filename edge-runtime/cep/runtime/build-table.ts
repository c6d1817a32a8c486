import type { Row } from '../api.ts';
import { keyOrderOf } from '../operators/java-order.ts';
import { Table } from '../operators/tables/table.ts';
import { lookupOf } from '../plan/plan-table.ts';
import type { TableChange, TableLookup, TablePlan } from '../plan/plan.ts';
import { Emitter, type TableTest } from './emit-expression.ts';
import { buildFunction } from './emit-query.ts';
import { emitHeldTest, emitMatching, emitSet, storedAs } from './emit-stored.ts';
import { eachAlone, type Receiver } from './receiver.ts';
import type { Clock } from './timers.ts';

/** A table and what was planned of it. */
export interface RunningTable {
  plan: TablePlan;
  table: Table;
}

export function makeTable(plan: TablePlan, keepsRows: boolean): RunningTable {
  const { attributes, primaryKey, indexes } = plan;
  const types = primaryKey.map((column) => attributes[column]?.type ?? 'object');
  return { plan, table: new Table({ width: attributes.length, primaryKey, indexes, order: types.length === 0 ? undefined : keyOrderOf(types), keepsRows }) };
}

/** The test behind `condition in Table`: whether a row of the table fulfils the condition. */
export function emitTableTest(tables: ReadonlyMap<string, RunningTable>, clock: Clock): TableTest {
  const test: TableTest = (name, condition, locals, stored) => {
    const running = tables.get(name);
    if (running === undefined) throw new TypeError(`The table '${name}' passed the checker and does not exist.`);
    const emitter = new Emitter(test, new Map([...stored, ...storedAs('n', running.table)]));
    const lookup = lookupOf(condition, running.plan, 'n');
    const places = emitSearch(emitter, running.table, lookup);
    const tested = lookup === undefined ? condition : lookup.rest;
    const holds = tested === undefined ? 'true' : emitter.truth(tested);
    const source = `'use strict';${emitter.bindings()}return function(${['t', ...locals].join(',')}){${emitter.takeDeclarations()}for(const n of ${places})if(${holds})return true;return false;}`;
    return buildFunction(source, emitter.constants, clock) as ReturnType<TableTest>;
  };
  return test;
}

/** The places of a table's rows that can match, as code. */
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
  const sides = { event: 'r', held: 'q' } as const;
  const matching = emitMatching(table, { ...sides, lookup: change.lookup, condition: change.condition }, clock, tables);
  const changed = emitSet(change.set, clock, tables);
  /** Changes what matches; whether anything did. */
  const apply = (timestamp: number, row: Row): boolean => {
    // The matching rows first: changing a table while walking through it could meet a row twice.
    const found = matching(timestamp, row);
    if (change.kind === 'delete') for (const place of found) table.remove(place);
    else if (found.length > 0) table.replaceAll(found, found.map((place) => changed(timestamp, row, table.row(place))));
    return found.length > 0;
  };
  const one = (timestamp: number, row: Row): void => {
    if (!apply(timestamp, row) && change.kind === 'upsert') table.add(row);
  };
  // Where a key or index finds the row it makes no difference, and is faster one by one.
  if (change.kind !== 'upsert' || change.lookup !== undefined) return eachAlone(one);
  const matches = change.condition === undefined ? (): boolean => true : emitHeldTest(change.condition, sides, undefined, clock, tables);
  /** A chunk's new rows are added after it; until then an event changes them only where it changes no row of the table. */
  const many: Receiver['many'] = (timestamps, rows, from, to) => {
    const added: Row[] = [];
    for (let index = from; index < to; index++) {
      const [timestamp, row] = [timestamps[index] ?? 0, rows[index] ?? []];
      if (apply(timestamp, row)) continue;
      let some = false;
      added.forEach((other, at) => {
        if (!matches(timestamp, row, other)) return;
        some = true;
        added[at] = changed(timestamp, row, other);
      });
      if (!some) added.push(row);
    }
    for (const row of added) table.add(row);
  };
  return { one, many };
}
