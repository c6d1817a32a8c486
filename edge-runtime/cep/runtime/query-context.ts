import type { EngineOptions } from '../engine-api.ts';
import type { Row } from '../api.ts';
import type { OperatorContext } from '../operators/operator-context.ts';
import type { Rollup } from '../operators/rollup/rollup.ts';
import type { Stateful } from '../operators/stage.ts';
import type { HandlerPlan, JoinInputPlan, QueryPlan } from '../plan/plan.ts';
import type { RunningTable } from './build-table.ts';
import type { TableTest } from './emit-expression.ts';
import type { Provenance } from './provenance.ts';
import type { QueryCode } from './query-code.ts';
import type { OutputStage, QueryEars } from './query-output.ts';
import type { Receiver } from './receiver.ts';
import type { Beginning } from './start-of-time.ts';

/** What a query needs from the app around it. */
export interface QueryContext extends OperatorContext {
  target: Receiver;
  /** Who hears the query itself. */
  ears: QueryEars;
  /** Notes what rows are made of, in an engine that was asked to. */
  provenance: Provenance | undefined;
  /** Which key of a partition is worked on, where its keys share operators; always the same elsewhere. */
  keyAtHand(): unknown;
  /** Hears what reaches the query, in an engine that was asked to tell. */
  watch: EngineOptions['watch'];
  code: QueryCode;
  tables: TableTest;
  table(name: string): RunningTable;
  /** What a named window holds. */
  windowRows(name: string): readonly Row[];
  rollup(name: string): Rollup;
  /** Makes the join of a query; handed in, since joins are made of what this file makes. */
  join(query: QueryPlan, input: JoinInputPlan, output: OutputStage, context: QueryContext): (stream: string) => Receiver;
  /** Calls back when the app starts, or the key of a partition. */
  begin(begin: Beginning): void;
  /** Registers something that snapshots hold; called in the same order for every engine of an app. */
  keep(id: string, state: Stateful): void;
  /** Registers how the aggregators of a query are made again from what its window holds. */
  refill(query: string, run: () => void): void;
  /** Where the part of a query after a prediction runs. */
  predict(prediction: PredictionPlace, build: (context: QueryContext) => Receiver): Receiver;
}

/** A prediction in a query, and what its rows wait under. */
export interface PredictionPlace {
  handler: Extract<HandlerPlan, { kind: 'predict' }>;
  /** Its place among the query's handlers. */
  index: number;
  query: QueryPlan;
  id: string;
}

export function predictionsIn(query: QueryPlan): PredictionPlace[] {
  if (query.input.kind !== 'single') return [];
  return query.input.handlers.flatMap((handler, index) => (handler.kind === 'predict' ? [{ handler, index, query, id: `${query.name}/predict${index}` }] : []));
}

/** A query at run time. */
export interface RunningQuery {
  name: string;
  /** The way in for the events of each stream that it reads. */
  receiver(stream: string): Receiver;
}
