import type { QueryPlan } from '../../plan/plan.ts';
import type { OutputStage } from '../query-output.ts';
import { AllByCount, FirstByCount, FirstOfGroupByCount, LastByCount, LastOfGroupByCount } from './by-count.ts';
import { AllByTime, FirstByTime, FirstOfGroupByTime, LastByTime, LastOfGroupByTime } from './by-time.ts';
import type { Rate, RateContext } from './rate.ts';
import { makeSnapshot } from './snapshot-kinds.ts';

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
