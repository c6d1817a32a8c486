import type { Attribute } from '../api.ts';
import { foundArguments, isNumeric, type Typed } from './types.ts';

/** A linear regression of y over one or more x. */
export interface RegressionSetting {
  kind: 'regression';
  /** What is asked for: the coefficients, what y will be at another x, or whether an event is unlike those before it. */
  result: 'coefficients' | 'forecast' | 'outlier';
  /** How many x there are. */
  variables: number;
  /** Of so many events one is answered, and the others go nowhere. */
  every: number;
  /** So many of the newest events count; all where undefined. */
  batch: number | undefined;
  /** Events of the last so many milliseconds count. */
  duration: number | undefined;
  confidence: number;
}

/** Where a smoothed series turns. */
export interface ExtremaSetting {
  kind: 'extrema';
  smoothing: { by: 'kalman'; q: number; r: number } | { by: 'kernel'; bandwidth: number };
  /** Values that are smoothed together. */
  size: number;
  wanted: 'min' | 'max' | 'minmax';
}

export type SeriesSetting = RegressionSetting | ExtremaSetting;

/** What a call stands for: what is asked of each event, what is asked of all, and what is added. */
export interface SeriesCall {
  setting: SeriesSetting;
  arguments: readonly Typed[];
  added: readonly Attribute[];
}

export interface SeriesFunction {
  form: string;
  build(values: readonly Typed[]): SeriesCall | { wrong: string };
}

/** Events that a regression holds, some 10 MB; without a batch and a time it holds none. */
const BATCH_MAX = 100_000;
const VARIABLES_MAX = 20;
/** Each event smooths all values of the window once more. */
const SMOOTHED_MAX = 1000;

type Extra = 'none' | 'forecastY' | 'outlier';

/** The functions over a stream that remember the events before: `timeseries:…`, as Siddhi's extension names them. */
export const SERIES_FUNCTIONS: ReadonlyMap<string, SeriesFunction> = new Map<string, SeriesFunction>([
  regression('regress', 'timeseries:regress([interval, batch, confidence,] y, x, …)', 'none', false),
  regression('lengthTimeRegress', 'timeseries:lengthTimeRegress(5 min, batch, [interval, confidence,] y, x, …)', 'none', true),
  regression('forecast', 'timeseries:forecast([interval, batch, confidence,] next x, y, x)', 'forecastY', false),
  regression('lengthTimeForecast', 'timeseries:lengthTimeForecast(5 min, batch, next x, [interval, confidence,] y, x)', 'forecastY', true),
  regression('outlier', 'timeseries:outlier([interval, batch, confidence,] range, y, x)', 'outlier', false),
  regression('lengthTimeOutlier', 'timeseries:lengthTimeOutlier(5 min, batch, range, [interval, confidence,] y, x)', 'outlier', true),
  ['timeseries:kalmanMinMax', { form: "timeseries:kalmanMinMax(number, q, r, window size, 'min' or 'max' or 'minmax')", build: (values) => extrema(values, 'kalman') }],
  ['timeseries:kernelMinMax', { form: "timeseries:kernelMinMax(number, bandwidth, window size, 'min' or 'max' or 'minmax')", build: (values) => extrema(values, 'kernel') }],
]);

function regression(name: string, form: string, extra: Extra, timed: boolean): [string, SeriesFunction] {
  return [`timeseries:${name}`, { form, build: (values) => buildRegression(values, form, extra, timed) }];
}

function buildRegression(values: readonly Typed[], form: string, extra: Extra, timed: boolean): SeriesCall | { wrong: string } {
  const parts = timed ? partsOfTimed(values, extra) : partsOfCounted(values, extra);
  const wrong = `is written ${form}, found ${foundArguments(values)}`;
  if (parts === undefined) return { wrong };
  const { asked, y, xs } = parts;
  const numbers = [...asked, y, ...xs];
  if (xs.length === 0 || !numbers.every((one) => isNumeric(one.type)) || (extra !== 'none' && xs.length > 1)) return { wrong };
  const every = wholeIn(parts.every, 1);
  const batch = wholeIn(parts.batch, undefined);
  const duration = wholeIn(parts.duration, undefined);
  const confidence = parts.confidence === undefined ? 0.95 : numberIn(parts.confidence);
  if (every === 'wrong' || batch === 'wrong' || duration === 'wrong') return { wrong };
  if (confidence === undefined || parts.confidence?.type === 'int' || confidence < 0 || confidence > 1) return { wrong: 'takes a confidence from 0.0 to 1.0' };
  if (batch !== undefined && batch > BATCH_MAX) return { wrong: `takes a batch of at most ${BATCH_MAX} events` };
  if (xs.length > VARIABLES_MAX) return { wrong: `takes at most ${VARIABLES_MAX} variables, found ${xs.length}` };
  const result = extra === 'none' ? 'coefficients' : extra === 'outlier' ? 'outlier' : 'forecast';
  const betas = Array.from({ length: xs.length + 1 }, (_, index): Attribute => ({ name: `beta${index}`, type: 'double' }));
  const last: Attribute[] = extra === 'none' ? [] : [{ name: extra, type: extra === 'outlier' ? 'bool' : 'double' }];
  return {
    setting: { kind: 'regression', result, variables: xs.length, every: every ?? 1, batch, duration, confidence },
    arguments: numbers,
    added: [{ name: 'stderr', type: 'double' }, ...betas, ...last],
  };
}

interface Parts {
  every: Typed | undefined;
  batch: Typed | undefined;
  duration: Typed | undefined;
  confidence: Typed | undefined;
  /** The next x of a forecast, the range of an outlier. */
  asked: readonly Typed[];
  y: Typed;
  xs: readonly Typed[];
}

/** `([interval, batch, confidence,] [next x or range,] y, x, …)` */
function partsOfCounted(values: readonly Typed[], extra: Extra): Parts | undefined {
  const settled = extra === 'none' ? values[0]?.kind === 'constant' : values.length === 6;
  const [every, batch, confidence] = settled ? values : [];
  const rest = settled ? values.slice(3) : values;
  const [asked, [y, ...xs]] = extra === 'none' ? [[], rest] : [rest.slice(0, 1), rest.slice(1)];
  return y === undefined ? undefined : { every, batch, duration: undefined, confidence, asked, y, xs };
}

/** `(time, batch, [next x or range,] [interval, confidence,] y, x, …)` */
function partsOfTimed(values: readonly Typed[], extra: Extra): Parts | undefined {
  const [duration, batch, ...rest] = values;
  const asked = extra === 'none' ? [] : rest.splice(0, 1);
  const settled = extra === 'none' ? rest[0]?.kind === 'constant' : rest.length === 4;
  const [every, confidence] = settled ? rest.splice(0, 2) : [];
  const [y, ...xs] = rest;
  return y === undefined || duration === undefined || batch === undefined ? undefined : { every, batch, duration, confidence, asked, y, xs };
}

function numberIn(value: Typed): number | undefined {
  return value.kind === 'constant' && isNumeric(value.type) ? Number(value.value) : undefined;
}

/** A constant of whole numbers from 1 up. */
function wholeIn(value: Typed | undefined, otherwise: number | undefined): number | undefined | 'wrong' {
  if (value === undefined) return otherwise;
  const number = numberIn(value);
  return number !== undefined && (value.type === 'int' || value.type === 'long') && number >= 1 ? number : 'wrong';
}

function extrema(values: readonly Typed[], by: 'kalman' | 'kernel'): SeriesCall | { wrong: string } {
  const [variable, ...settings] = values;
  const form = by === 'kalman' ? 'a number, q, r, a window size' : 'a number, a bandwidth, a window size';
  const wanted = settings.pop();
  const [first, second, third] = settings.map(numberIn);
  const size = by === 'kalman' ? third : second;
  if (variable === undefined || !isNumeric(variable.type) || settings.length !== (by === 'kalman' ? 3 : 2) || first === undefined || second === undefined || size === undefined) return { wrong: `takes ${form} and 'min', 'max' or 'minmax'` };
  const kind = wanted?.kind === 'constant' ? (['min', 'max', 'minmax'] as const).find((one) => one === String(wanted.value).toLowerCase()) : undefined;
  if (kind === undefined) return { wrong: "takes 'min', 'max' or 'minmax' last" };
  if (!Number.isInteger(size) || size < 3 || size > SMOOTHED_MAX) return { wrong: `takes a window size from 3 to ${SMOOTHED_MAX}, found ${size}` };
  if (first <= 0 || second <= 0) return { wrong: by === 'kalman' ? 'takes deviations above 0' : 'takes a bandwidth above 0' };
  const smoothing = by === 'kalman' ? ({ by, q: first, r: second } as const) : ({ by, bandwidth: first } as const);
  return { setting: { kind: 'extrema', smoothing, size, wanted: kind }, arguments: [variable], added: [{ name: 'extremaType', type: 'string' }] };
}
