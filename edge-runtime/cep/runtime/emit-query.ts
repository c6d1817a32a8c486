import type { Row } from '../api.ts';
import type { Aggregator } from '../operators/aggregators/aggregator.ts';
import { makeAggregator } from '../operators/aggregators/aggregators.ts';
import type { Payload } from '../operators/stage.ts';
import type { SelectionPlan } from '../plan/plan.ts';
import type { AggregatePlan, RowVariable, Typed } from '../plan/types.ts';
import { Emitter, type TableTest } from './emit-expression.ts';
import type { Clock } from './timers.ts';

/** What kind of payload reaches a query's generated code, and how its local variables come from it. */
export type PayloadKind = 'row' | 'pair' | 'state' | 'span';

const OPENING: Readonly<Record<PayloadKind, string>> = {
  row: 'const r=p;',
  pair: 'const l=p[0],q=p[1];',
  state: 'const s=p;',
  span: 'const r=p[0],l=p[1],q=p[2];',
};

/** The aggregators of one group. */
export type Group = Record<string, Aggregator>;

/** A query's selection as running code. */
export interface SelectionCode {
  /** A group with nothing in it. */
  group(): Group;
  /** What an event is grouped by. */
  key(timestamp: number, payload: Payload): unknown;
  /** Takes an arrived or a leaving event in and gives the row to put out; undefined when `having` says no. */
  arrive(group: Group, timestamp: number, payload: Payload): Row | undefined;
  leave(group: Group, timestamp: number, payload: Payload): Row | undefined;
  /** The same where nothing is put out. */
  arriveSilently(group: Group, timestamp: number, payload: Payload): void;
  leaveSilently(group: Group, timestamp: number, payload: Payload): void;
  /** Whether a group holds nothing that a fresh one would not. */
  empty(group: Group): boolean;
  /** Makes a group what a fresh one is. */
  reset(group: Group): void;
}

/** Functions made from the same text share it: ten thousand rules of one shape are compiled once. */
const FACTORIES_MAX = 5000;
const factories = new Map<string, (k: unknown[], clock: Clock) => unknown>();

/** A function from generated text, or the one that was made from the same text before. */
export function buildFunction(source: string, constants: unknown[], clock: Clock): unknown {
  let factory = factories.get(source);
  if (factory === undefined) {
    if (factories.size >= FACTORIES_MAX) factories.clear();
    // The text is made by this folder's emitters alone; literals and functions come in through `k`.
    factory = new Function('k', 'clock', source) as (k: unknown[], clock: Clock) => unknown;
    factories.set(source, factory);
  }
  return factory(constants, clock);
}

/** `(timestamp, payload) => boolean` for a filter. */
export function emitCondition(condition: Typed, kind: PayloadKind, clock: Clock, tables: TableTest): (timestamp: number, payload: Payload) => boolean {
  const emitter = new Emitter(tables);
  const code = emitter.truth(condition);
  const source = `'use strict';${emitter.bindings()}return function(t,p){${OPENING[kind]}${emitter.takeDeclarations()}return ${code};}`;
  return buildFunction(source, emitter.constants, clock) as (timestamp: number, payload: Payload) => boolean;
}

/** The condition of a filter that aggregates. */
export interface FilterCode {
  group(): Group;
  arrive(group: Group, timestamp: number, payload: Payload): boolean;
  leave(group: Group, timestamp: number, payload: Payload): boolean;
}

/** As Siddhi has it, an aggregator takes an event in when the condition comes to it: behind an `and` that fails already it takes nothing. */
export function emitAggregatingFilter(condition: Typed, aggregates: readonly AggregatePlan[], tracksLeaving: boolean, clock: Clock, tables: TableTest): FilterCode {
  const emitter = new Emitter(tables);
  const test = (method: 'add' | 'remove'): string => {
    emitter.inPlace = { aggregates, method };
    const code = emitter.truth(condition);
    return wrap(emitter, 'row', `return ${code};`);
  };
  const functions = [emitGroup(emitter, aggregates, tracksLeaving), `arrive(g,t,p){${test('add')}}`, `leave(g,t,p){${test('remove')}}`];
  return buildFunction(`'use strict';${emitter.bindings()}return {${functions.join(',')}};`, emitter.constants, clock) as FilterCode;
}

function emitGroup(emitter: Emitter, aggregates: readonly AggregatePlan[], tracksLeaving: boolean): string {
  return `group(){return {${aggregates.map((one, index) => `a${index}:${emitter.constant(maker(one, tracksLeaving))}()`).join(',')}};}`;
}

/** `(row, state) => boolean` for the filter of a pattern's step; `state` holds the events matched before. */
export function emitStepCondition(condition: Typed, clock: Clock, tables: TableTest): (timestamp: number, row: Row, state: Payload) => boolean {
  const emitter = new Emitter(tables);
  const code = emitter.truth(condition);
  const source = `'use strict';${emitter.bindings()}return function(t,r,s){${emitter.takeDeclarations()}return ${code};}`;
  return buildFunction(source, emitter.constants, clock) as (timestamp: number, row: Row, state: Payload) => boolean;
}

/** `(timestamp, left, right) => boolean` over both sides of a join. */
export function emitPairTest(condition: Typed, clock: Clock, tables: TableTest): (timestamp: number, left: Row | null, right: Row | null) => boolean {
  const emitter = new Emitter(tables);
  const code = emitter.truth(condition);
  const source = `'use strict';${emitter.bindings()}return function(t,l,q){${emitter.takeDeclarations()}return ${code};}`;
  return buildFunction(source, emitter.constants, clock) as (timestamp: number, left: Row | null, right: Row | null) => boolean;
}

/** `(timestamp, row) => values` over the one row that goes by the name `variable`. */
export function emitRowValues(values: readonly Typed[], variable: RowVariable, clock: Clock, tables: TableTest): (timestamp: number, row: Row) => unknown[] {
  const emitter = new Emitter(tables);
  const code = values.map((one) => emitter.value(one)).join(',');
  const source = `'use strict';${emitter.bindings()}return function(t,${variable}){${emitter.takeDeclarations()}return [${code}];}`;
  return buildFunction(source, emitter.constants, clock) as (timestamp: number, row: Row) => unknown[];
}

/** `(timestamp, payload) => values` for the arguments of a stream function or a prediction. */
export function emitValues(values: readonly Typed[], kind: PayloadKind, clock: Clock, tables: TableTest): (timestamp: number, payload: Payload) => unknown[] {
  const emitter = new Emitter(tables);
  const code = values.map((one) => emitter.value(one)).join(',');
  const source = `'use strict';${emitter.bindings()}return function(t,p){${OPENING[kind]}${emitter.takeDeclarations()}return [${code}];}`;
  return buildFunction(source, emitter.constants, clock) as (timestamp: number, payload: Payload) => unknown[];
}

/** What is done with the row that a piece of code comes to, and where it comes to none. */
interface Ending {
  found(row: string): string;
  refused: string;
}

const RETURNING: Ending = { found: (row) => `return ${row};`, refused: 'return undefined;' };

/** The end of a function or of one turn of a loop: output values, `having`, and the row. */
export function emitOutput(emitter: Emitter, selection: SelectionPlan, { found, refused }: Ending = RETURNING): string {
  if (selection.identity) return found('p');
  const values = selection.outputs.map((one) => emitter.output(one));
  if (selection.having === undefined) return found(`[${values.join(',')}]`);
  const names = values.map((value, index) => `const o${index}=${value};`).join('');
  return `${names}if(!${emitter.truth(selection.having)})${refused}${found(`[${values.map((_, index) => `o${index}`).join(',')}]`)}`;
}

/** The code of a selection with aggregators or groups. `tracksLeaving` as in `AggregatorUse`. */
export function emitSelection(selection: SelectionPlan, kind: PayloadKind, tracksLeaving: boolean, clock: Clock, tables: TableTest): SelectionCode {
  const emitter = new Emitter(tables);
  const functions = [
    emitGroup(emitter, selection.aggregates, tracksLeaving),
    `key(t,p){${wrap(emitter, kind, `return ${emitKey(emitter, selection.groupBy)};`)}}`,
    `arrive(g,t,p){${wrap(emitter, kind, emitUpdates(emitter, selection, 'add') + emitOutput(emitter, selection))}}`,
    `leave(g,t,p){${wrap(emitter, kind, emitUpdates(emitter, selection, 'remove') + emitOutput(emitter, selection))}}`,
    `arriveSilently(g,t,p){${wrap(emitter, kind, emitUpdates(emitter, selection, 'add'))}}`,
    `leaveSilently(g,t,p){${wrap(emitter, kind, emitUpdates(emitter, selection, 'remove'))}}`,
    `empty(g){return ${selection.aggregates.map((_, index) => `g.a${index}.empty`).join('&&') || 'true'};}`,
    `reset(g){${selection.aggregates.map((_, index) => `g.a${index}.reset();`).join('')}}`,
  ];
  const source = `'use strict';${emitter.bindings()}return {${functions.join(',')}};`;
  return buildFunction(source, emitter.constants, clock) as SelectionCode;
}

/** The body of a function that is given time and payload. */
export function wrap(emitter: Emitter, kind: PayloadKind, body: string): string {
  return `${OPENING[kind]}${emitter.takeDeclarations()}${body}`;
}

function maker(plan: AggregatePlan, tracksLeaving: boolean): () => Aggregator {
  return () => makeAggregator(plan, { tracksLeaving });
}

function emitUpdates(emitter: Emitter, selection: SelectionPlan, method: 'add' | 'remove'): string {
  return selection.aggregates.map((one, index) => `const a${index}=g.a${index}.${method}(${one.argument === undefined ? '' : emitter.value(one.argument)});`).join('');
}

/** One value as it is; several as one text, since a map has to compare them. */
function emitKey(emitter: Emitter, groupBy: readonly Typed[]): string {
  const [only] = groupBy;
  if (only === undefined) return '0';
  if (groupBy.length === 1) return emitter.value(only);
  return groupBy.map((one) => `String(${emitter.value(one)})`).join("+'\\u0001'+");
}
