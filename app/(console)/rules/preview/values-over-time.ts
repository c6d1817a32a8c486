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

/**
 * One line where most steps have one value, through both of those that have two; else a line of the lowest and one of the highest.
 * No peak is lost and nothing is averaged.
 */
function linesOf({ name, low, high }: AttributeRange, span: Span): SeriesInput[] {
  const steps = [...low].flatMap((least, step) => (Number.isNaN(least) ? [] : [{ at: timeOf(span, step), least, most: high[step] ?? least }]));
  if (steps.filter(({ least, most }) => least !== most).length * 2 < steps.length) return [{ key: name, name, points: throughBoth(steps, (timeOf(span, 1) - timeOf(span, 0)) / 2) }];
  return [
    { key: 'highest', name: 'highest', points: steps.map(({ at, most }) => ({ at, value: most })) },
    { key: 'lowest', name: 'lowest', points: steps.map(({ at, least }) => ({ at, value: least })) },
  ];
}

/** Of two values in one step first the one that is nearer to where the line comes from. */
function throughBoth(steps: readonly { at: number; least: number; most: number }[], halfStep: number): { at: number; value: number }[] {
  const points: { at: number; value: number }[] = [];
  for (const { at, least, most } of steps) {
    const from = points.at(-1)?.value ?? least;
    const [first, second] = Math.abs(from - least) <= Math.abs(from - most) ? [least, most] : [most, least];
    points.push({ at, value: first });
    if (first !== second) points.push({ at: at + halfStep, value: second });
  }
  return points;
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
