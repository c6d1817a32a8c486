import type { QueryPlan } from '../../plan/plan.ts';
import type { OutputStage } from '../query-output.ts';
import { LatestOfGroup, LatestRow } from './latest-snapshots.ts';
import type { Rate, RateContext } from './rate.ts';
import { GroupedWindowRows, WindowRows } from './window-snapshots.ts';

/**
 * The snapshot of a query, of which Siddhi has seven kinds: what it shows depends on whether the query has a window or
 * joins, whether it groups, and whether all, some or none of what it puts out are aggregates.
 */
export function makeSnapshot(query: QueryPlan, every: number, output: OutputStage, context: RateContext): Rate {
  const { input, selection } = query;
  const windowed = input.kind === 'join' || (input.kind === 'single' && input.handlers.some((one) => one.kind === 'window'));
  const grouped = selection.groupBy.length > 0;
  const aggregates = selection.outputs.flatMap((one, index) => (one.kind === 'aggregate' ? [index] : []));
  if (!windowed) return grouped ? new LatestOfGroup('kept', every, output, context) : new LatestRow('kept', every, output, context);
  if (aggregates.length === selection.outputs.length) return grouped ? new LatestOfGroup('counted', every, output, context) : new LatestRow('dropped', every, output, context);
  if (aggregates.length > 0 && grouped) return new GroupedWindowRows(aggregates, every, output, context);
  return new WindowRows(aggregates, every, output, context);
}
