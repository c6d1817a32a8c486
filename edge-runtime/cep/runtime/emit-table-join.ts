import type { Row } from '../api.ts';
import type { Place } from '../operators/tables/place-order.ts';
import { isNumeric, type Typed } from '../plan/types.ts';
import type { RunningTable } from './build-table.ts';
import type { SelectionPlan } from '../plan/plan.ts';
import { buildFunction, emitOutput } from './emit-query.ts';
import { Emitter, type TableTest } from './emit-expression.ts';
import { storedAs } from './emit-stored.ts';
import type { Clock } from './timers.ts';

export interface TableJoinPlan {
  /** The variable of the event; the table's row has the other one. */
  side: 'l' | 'q';
  filters: readonly Typed[];
  /** What the table's key, which is the attribute `keyed`, has to be equal to. */
  key: Typed;
  keyed: number;
  /** What else a row has to fulfil that was found by its key. */
  condition: Typed | undefined;
  selection: SelectionPlan;
}

/** `join` gives the row put out for an event and a row of the table with its key; undefined when a filter or the condition says no. */
export interface TableJoinCode {
  key(timestamp: number, event: Row): unknown;
  /** The table's row is the one whose key stands in a slot of the index. */
  joinSlot(timestamp: number, event: Row, slot: number): Row | undefined;
  joinPlace(timestamp: number, event: Row, place: Place): Row | undefined;
}

/** Numbers are read by slot where the table's index carries them, and a key that is a text is the event's own. */
export function emitTableJoin(plan: TableJoinPlan, { plan: { attributes }, table }: RunningTable, clock: Clock, tables: TableTest): TableJoinCode {
  const { side, key } = plan;
  const other = side === 'l' ? 'q' : 'l';
  const emitter = new Emitter(tables, storedAs(other, table));
  const asked = emitter.value(key);
  const keyFunction = `key(t,${side}){${emitter.takeDeclarations()}return ${asked};}`;
  const joinPlace = `joinPlace(t,${side},${other}){${emitJoin(emitter, plan)}}`;
  emitter.shortcut = (variable, index) => {
    if (variable !== other) return undefined;
    // Of a number the sign of zero may differ.
    if (index === plan.keyed && key.type === 'string') return asked;
    const column = isNumeric(attributes[index]?.type ?? 'object') ? table.byKey.carry(index) : undefined;
    return column === undefined ? undefined : `${emitter.constant(table.byKey.carried.columns)}[${column}][i]`;
  };
  const joinSlot = `joinSlot(t,${side},i){const ${other}=${emitter.constant(table.byKey)}.placeIn(i);${emitJoin(emitter, plan)}}`;
  const source = `'use strict';${emitter.bindings()}return {${keyFunction},${joinPlace},${joinSlot}};`;
  return buildFunction(source, emitter.constants, clock) as TableJoinCode;
}

function emitJoin(emitter: Emitter, { side, filters, condition, selection }: TableJoinPlan): string {
  const tests = [...filters, ...(condition === undefined ? [] : [condition])].map((one) => `if(!${emitter.truth(one)})return undefined;`).join('');
  const output = emitOutput(emitter, { ...selection, identity: false });
  return `const r=${side};${emitter.takeDeclarations()}${tests}${output}`;
}
