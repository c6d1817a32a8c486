import { timeOf, type AttributeRange, type PreviewStream, type Span } from '@selvedge/edge-runtime/cep/preview';
import { usualStep } from '../../../_charts/prepare/tail.ts';
import { prepareTimeSeries, type Marker, type PreparedTimeSeries, type SeriesInput } from '../../../_charts/prepare/time-series.ts';

/** An attribute that can be drawn, by the stream that has it. */
export interface Drawable {
  stream: string;
  range: AttributeRange;
}

/** Numbers of the streams that are fed, then of those that are told; what tells the time again has nothing to show. */
export function drawablesOf(streams: readonly PreviewStream[], span: Span): Drawable[] {
  const told = [...streams.filter((one) => one.input), ...streams.filter((one) => one.output && !one.input)];
  return told.flatMap(({ name, ranges }) => ranges.flatMap((range) => (range.low.some(Number.isFinite) && !tellsTime(range, span) ? [{ stream: name, range }] : [])));
}

/** Milliseconds since 1970 in any year of a device. */
const timesFromMs = 1e11;

function tellsTime({ low, high }: AttributeRange, span: Span): boolean {
  const slack = Math.max(86_400_000, span.to - span.from);
  return low.every((value, step) => Number.isNaN(value) || (value > timesFromMs && value > span.from - slack && (high[step] ?? value) < span.to + slack));
}

/** The attribute along the recording, with what the rule told of at its times. */
export function prepareValues({ stream, range }: Drawable, told: readonly PreviewStream[], span: Span): PreparedTimeSeries {
  const series = linesOf(range, span);
  return prepareTimeSeries({
    quantity: 'plain',
    from: span.from,
    to: Math.max(span.to, span.from + 1),
    step: usualStep((series[0]?.points ?? []).map(({ at }) => ({ at, values: [] }))),
    fromLowest: true,
    markers: told.filter((one) => one.name !== stream).flatMap((one) => markersOf(one, span)),
    series,
  });
}

/** One line where each step has one value, else its lowest and its highest: no peak is lost and nothing is averaged. */
function linesOf({ name, low, high }: AttributeRange, span: Span): SeriesInput[] {
  const points = (values: Float64Array) => [...values].flatMap((value, step) => (Number.isNaN(value) ? [] : [{ at: timeOf(span, step), value }]));
  const single = low.every((value, step) => Number.isNaN(value) || value === high[step]);
  return single ? [{ key: name, name, points: points(low) }] : [{ key: 'highest', name: 'highest', points: points(high) }, { key: 'lowest', name: 'lowest', points: points(low) }];
}

/** Rows nearer than this share of the recording are one marker. */
const nearShare = 0.04;
/** A chart with more of them shows nothing else. */
const markersMax = 12;

function markersOf({ name, timeline }: PreviewStream, span: Span): Marker[] {
  const near = timeline.length * nearShare;
  const groups: { first: number; last: number; rows: number }[] = [];
  timeline.forEach((rows, step) => {
    if (rows === 0) return;
    const group = groups.at(-1);
    if (group !== undefined && step - group.last <= near) {
      group.last = step;
      group.rows += rows;
    } else groups.push({ first: step, last: step, rows });
  });
  return groups.slice(-markersMax).map(({ first, rows }) => ({ at: timeOf(span, first), label: rows === 1 ? name : `${name} × ${rows}` }));
}
