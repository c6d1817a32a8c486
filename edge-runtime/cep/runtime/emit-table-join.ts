import type { Row } from '../api.ts';
import type { Place } from '../operators/tables/place-order.ts';
import type { Table } from '../operators/tables/table.ts';
import type { SelectionPlan } from '../plan/plan.ts';
import type { Typed } from '../plan/types.ts';
import { buildFunction, emitOutput } from './emit-query.ts';
import { Emitter, type TableTest } from './emit-expression.ts';
import { storedAs } from './emit-stored.ts';
import type { Clock } from './timers.ts';

export interface TableJoinPlan {
  /** The variable of the event; the table's row has the other one. */
  side: 'l' | 'q';
  filters: readonly Typed[];
  key: Typed;
  condition: Typed | undefined;
  selection: SelectionPlan;
}

export interface TableJoinCode {
  key(timestamp: number, event: Row): unknown;
  /** The row put out for an event and the place of the row with its key; undefined when a filter or the condition says no. */
  join(timestamp: number, event: Row, found: Place): Row | undefined;
}

export function emitTableJoin({ side, filters, key, condition, selection }: TableJoinPlan, table: Table, clock: Clock, tables: TableTest): TableJoinCode {
  const other = side === 'l' ? 'q' : 'l';
  const emitter = new Emitter(tables, storedAs(other, table));
  const asked = emitter.value(key);
  const keyFunction = `key(t,${side}){${emitter.takeDeclarations()}return ${asked};}`;
  const tests = [...filters, ...(condition === undefined ? [] : [condition])].map((one) => `if(!${emitter.truth(one)})return undefined;`).join('');
  const output = emitOutput(emitter, { ...selection, identity: false });
  const body = `const r=${side};${emitter.takeDeclarations()}${tests}${output}`;
  const source = `'use strict';${emitter.bindings()}return {${keyFunction},join(t,${side},${other}){${body}}};`;
  return buildFunction(source, emitter.constants, clock) as TableJoinCode;
}
