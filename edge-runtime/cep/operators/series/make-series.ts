import type { SeriesSetting } from '../../plan/time-series.ts';
import type { OperatorContext } from '../operator-context.ts';
import type { Payload, Stage, Stateful } from '../stage.ts';
import { Extrema } from './extrema.ts';
import { Regression, type Derived } from './regression.ts';

/** Makes a function of the namespace `timeseries`. */
export function makeSeries(setting: SeriesSetting, values: (timestamp: number, payload: Payload) => unknown[], context: OperatorContext, next: Stage, derived: Derived): Stage & Stateful {
  if (setting.kind === 'regression') return new Regression(setting, values, context, next, derived);
  return new Extrema(setting, (timestamp, payload) => values(timestamp, payload)[0], next, derived);
}
