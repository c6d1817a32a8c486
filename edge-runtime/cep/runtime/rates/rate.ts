import type { QueryPlan } from '../../plan/plan.ts';
import type { OperatorContext, Stateful } from '../../operators/stage.ts';
import type { Beginning } from '../start-of-time.ts';
import { RESET } from '../../operators/stage.ts';
import type { OutputEvent, OutputStage } from '../query-output.ts';
import { AllByCount, FirstByCount, FirstOfGroupByCount, LastByCount, LastOfGroupByCount } from './by-count.ts';
import { AllByTime, FirstByTime, FirstOfGroupByTime, LastByTime, LastOfGroupByTime } from './by-time.ts';
import { makeSnapshot } from './snapshot-kinds.ts';

/** What an output rate needs from the app around it. */
export interface RateContext extends OperatorContext {
  /** Calls back when the app, or the key of a partition, starts. */
  begin(begin: Beginning): void;
}

/** An `output … every …` between a query's selection and its end. */
export type Rate = OutputStage & Stateful;

/** Makes the output rate of a query. Each kind does what Siddhi's of the same words does, chunk by chunk. */
export function makeRate(query: QueryPlan, output: OutputStage, context: RateContext): Rate {
  const { rate, selection } = query;
  if (rate === undefined) throw new TypeError(`The query '${query.name}' has no output rate.`);
  const grouped = selection.groupBy.length > 0;
  if (rate.kind === 'snapshot') return makeSnapshot(query, rate.every, output, context);
  if (rate.kind === 'events') {
    if (rate.which === 'all') return new AllByCount(rate.count, output);
    if (rate.which === 'first') return grouped ? new FirstOfGroupByCount(rate.count, output) : new FirstByCount(rate.count, output);
    return grouped ? new LastOfGroupByCount(rate.count, output) : new LastByCount(rate.count, output);
  }
  if (rate.which === 'all') return new AllByTime(rate.every, output, context);
  if (rate.which === 'first') return grouped ? new FirstOfGroupByTime(rate.every, output, context) : new FirstByTime(rate.every, output, context);
  return grouped ? new LastOfGroupByTime(rate.every, output, context) : new LastByTime(rate.every, output, context);
}

/** Puts a chunk out, if there is anything in it. */
export function putOut(events: readonly OutputEvent[], output: OutputStage): void {
  const [first] = events;
  if (first === undefined) return;
  if (events.length === 1 && first.type !== RESET) output.one(first.type, first.timestamp, first.row, first.key);
  else output.chunk(events);
}
