import type { Row } from '../api.ts';
import type { Payload } from '../operators/stage.ts';
import { looksAtEventOnly } from '../plan/looks-at-event.ts';
import type { HandlerPlan, SelectionPlan } from '../plan/plan.ts';
import { Emitter, type TableTest } from './emit-expression.ts';
import { buildFunction, emitOutput, wrap, type PayloadKind } from './emit-query.ts';
import type { Receiver } from './receiver.ts';
import type { Clock } from './timers.ts';

type Filters = readonly Extract<HandlerPlan, { kind: 'filter' }>[];

/** Filter and projection in one function: the row to put out, or undefined. When the projection is the identity the row itself goes through. */
export function emitPassing(filters: Filters, selection: SelectionPlan, kind: PayloadKind, clock: Clock, tables: TableTest): (timestamp: number, payload: Payload) => Row | undefined {
  const emitter = new Emitter(tables);
  const passing = `(t,p){${wrap(emitter, kind, emitTests(emitter, filters, 'return undefined;') + emitOutput(emitter, selection))}}`;
  return buildFunction(`'use strict';${emitter.bindings()}return function${passing};`, emitter.constants, clock) as (timestamp: number, payload: Payload) => Row | undefined;
}

/** Filter and projection of a query that keeps nothing. */
export interface PassingCode {
  /** The row to put out; undefined when it does not pass. */
  one(timestamp: number, row: Payload): Row | undefined;
  /** What passes of a chunk. */
  many(timestamps: readonly number[], rows: readonly Row[], from: number, to: number): Passed;
  /** Hands on what passes, event by event; absent where something else than the event is looked at, or may fail. */
  each?(timestamps: readonly number[], rows: readonly Row[], from: number, to: number, next: Receiver): void;
}

/** Part of two lists, as a `Receiver` takes them; empty where nothing passed. */
export interface Passed {
  times: readonly number[];
  rows: readonly Row[];
  from: number;
  to: number;
}

/**
 * The same for a stream's events one by one and for its chunks. The loop over a chunk has filter and projection inside, so that
 * nothing is called for an event of it, and lists are made of what differs from those that came: times when an event does not
 * pass, rows then or when each is made anew.
 */
export function emitPassingChunks(filters: Filters, selection: SelectionPlan, clock: Clock, tables: TableTest): PassingCode {
  const emitter = new Emitter(tables);
  const one = wrap(emitter, 'row', emitTests(emitter, filters, 'return undefined;') + emitOutput(emitter, selection));
  const loop = ([found, refused]: Turn): string => `for(let i=f;i<e;i++){const t=u[i]??0,p=v[i];${wrap(emitter, 'row', emitTests(emitter, filters, refused) + emitOutput(emitter, selection, { found, refused }))}}`;
  const turn = selection.identity ? THROUGH : ANEW;
  const many = `let w,o,n=0;${loop(turn)}${turn[2]}`;
  const each = eventOnly(filters, selection) ? `,each(u,v,f,e,g){${loop(EACH)}}` : '';
  return buildFunction(`'use strict';${emitter.bindings()}return {one(t,p){${one}},many(u,v,f,e){${many}}${each}};`, emitter.constants, clock) as PassingCode;
}

function eventOnly(filters: Filters, { outputs, having }: SelectionPlan): boolean {
  return [...filters.map((one) => one.condition), ...outputs, ...(having === undefined ? [] : [having])].every(looksAtEventOnly);
}

/** What is done with an event of a chunk that passes, with one that does not, and at the end: of events that go through as they are, of rows made anew, and where each is handed on at once. */
type Turn = readonly [found: (row: string) => string, refused: string, end: string];
const THROUGH: Turn = [
  () => 'if(w!==undefined){w.push(t);o.push(p);}',
  '{if(w===undefined){w=u.slice(f,i);o=v.slice(f,i);}continue;}',
  'return w===undefined?{times:u,rows:v,from:f,to:e}:{times:w,rows:o,from:0,to:w.length};',
];
const ANEW: Turn = [
  (row) => `(o??=new Array(e-i))[n++]=${row};if(w!==undefined)w.push(t);`,
  '{w??=u.slice(f,i);continue;}',
  'return {times:w??(f===0?u:u.slice(f,e)),rows:o??v,from:0,to:n};',
];
const EACH: Turn = [(row) => `g.one(t,${row});`, 'continue;', ''];

function emitTests(emitter: Emitter, filters: Filters, refused: string): string {
  return filters.map((one) => `if(!${emitter.truth(one.condition)})${refused}`).join('');
}
