import type { AggregatePlan } from '../../plan/types.ts';
import type { Aggregator } from './aggregator.ts';
import { makeExtensionAggregator } from './extension-aggregators.ts';
import { Extreme, ExtremeForever } from './extreme-aggregators.ts';
import { DistinctCount, Logical, UnionSet } from './set-aggregators.ts';
import { Average, Count, DoubleSum, LongSum, StandardDeviation } from './sum-aggregators.ts';

/** How an aggregator is used, which decides what it has to remember. */
export interface AggregatorUse {
  /** Events leave one by one, so that extremes must remember what comes after them. */
  tracksLeaving: boolean;
}

export function makeAggregator(plan: AggregatePlan, use: AggregatorUse): Aggregator {
  switch (plan.name) {
    case 'sum':
      return plan.type === 'long' ? new LongSum() : new DoubleSum();
    case 'avg':
      return new Average();
    case 'count':
      return new Count();
    case 'min':
      return new Extreme(-1, use.tracksLeaving);
    case 'max':
      return new Extreme(1, use.tracksLeaving);
    case 'minForever':
      return new ExtremeForever(-1);
    case 'maxForever':
      return new ExtremeForever(1);
    case 'stdDev':
      return new StandardDeviation();
    case 'distinctCount':
      return new DistinctCount();
    case 'and':
      return new Logical(true);
    case 'or':
      return new Logical(false);
    case 'unionSet':
      return new UnionSet(use.tracksLeaving);
    default: {
      const made = makeExtensionAggregator(plan);
      if (made !== undefined) return made;
      throw new TypeError(`Unknown aggregator '${plan.name}' passed the checker.`);
    }
  }
}
