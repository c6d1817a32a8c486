import { colourSeries, type Slot } from './colours.ts';
import { niceTicks, tickDecimals, timeTicks } from './scale.ts';
import { unitFor, type Quantity, type Unit } from './units.ts';

export interface SeriesInput {
  key: string;
  name: string;
  points: readonly { at: number; value: number | null }[];
}

export interface Marker {
  at: number;
  label: string;
}

/** A marker and on which side of its line the label stands; none when its neighbour's would cover it. */
export interface PreparedMarker extends Marker {
  labelSide: 'left' | 'right' | null;
}

/** A stretch without a gap, from its first point to its last; both are the same for a point alone. */
export interface Segment {
  from: number;
  to: number;
}

export interface TimeSeriesInput {
  series: readonly SeriesInput[];
  quantity: Quantity;
  from: number;
  to: number;
  /** Milliseconds between two points; a larger distance is a gap. */
  step: number;
  markers?: readonly Marker[];
  /** Draw only the series with the largest latest values; how many others there are is said in `left`. */
  top?: number;
  /** A value that the axis must reach, such as a limit. In the base unit. */
  reach?: number;
  /** Lets the axis begin near the lowest value, for quantities whose zero means nothing. */
  fromLowest?: boolean;
  zoneOffset?: number;
}

export interface PreparedLine {
  key: string;
  name: string;
  colour: Slot;
  /** The latest value, in the unit of the chart; null when the series ends in a gap or is empty. */
  last: number | null;
  /** The latest value that was measured, before a gap or not: beside it stands the name. Null when there is none. */
  lastMeasured: number | null;
  segments: readonly Segment[];
}

/** The values of all series at one moment, by series key. */
export interface ChartRow {
  at: number;
  values: Readonly<Record<string, number | null>>;
}

/** Everything a drawing needs, decided: it only has to put it on the screen. */
export interface PreparedTimeSeries {
  rows: readonly ChartRow[];
  lines: readonly PreparedLine[];
  unit: Unit;
  yTicks: readonly number[];
  /** Decimals of the tick labels. */
  yDecimals: number;
  xTicks: readonly number[];
  from: number;
  to: number;
  markers: readonly PreparedMarker[];
  left: number;
  empty: boolean;
}

export function prepareTimeSeries(input: TimeSeriesInput): PreparedTimeSeries {
  const inRange = input.series.map((series) => ({ ...series, points: series.points.filter((point) => point.at >= input.from && point.at <= input.to) }));
  const order = [...inRange].sort((a, b) => (lastValue(b.points) ?? -Infinity) - (lastValue(a.points) ?? -Infinity) || a.key.localeCompare(b.key));
  const chosen = input.top === undefined ? order : order.slice(0, input.top);
  const values = chosen.flatMap((series) => series.points.flatMap((point) => (point.value === null || !Number.isFinite(point.value) ? [] : [point.value])));
  const largest = values.reduce((a, b) => Math.max(a, b), input.reach ?? (input.fromLowest ? (values[0] ?? 0) : 0));
  const smallest = values.reduce((a, b) => Math.min(a, b), largest);
  const unit = unitFor(input.quantity, largest);
  const low = input.fromLowest || smallest < 0 ? smallest / unit.divisor : 0;
  const yTicks = niceTicks(low, largest / unit.divisor);
  const colours = colourSeries(input.series.map((series) => series.key));
  return {
    rows: rowsOf(chosen, unit),
    lines: chosen.map((series) => {
      const inUnit = (value: number | null) => (value === null ? null : value / unit.divisor);
      const measured = series.points.findLast(({ value }) => value !== null && Number.isFinite(value))?.value ?? null;
      return { key: series.key, name: series.name, colour: colours.get(series.key) ?? 's1', last: inUnit(lastValue(series.points)), lastMeasured: inUnit(measured), segments: segmentsOf(series.points, input.step) };
    }),
    unit,
    yTicks,
    yDecimals: tickDecimals(yTicks),
    xTicks: timeTicks(input.from, input.to, 6, input.zoneOffset ?? 0),
    from: input.from,
    to: input.to,
    markers: placeMarkers(input.markers ?? [], input.from, input.to),
    left: order.length - chosen.length,
    empty: values.length === 0,
  };
}

function lastValue(points: SeriesInput['points']): number | null {
  return points.at(-1)?.value ?? null;
}

/** One row a moment, the union of all series. */
function rowsOf(series: readonly SeriesInput[], unit: Unit): PreparedTimeSeries['rows'] {
  const rows = new Map<number, Record<string, number | null>>();
  for (const { key, points } of series) {
    for (const { at, value } of points) {
      const row = rows.get(at) ?? {};
      row[key] = value === null || !Number.isFinite(value) ? null : value / unit.divisor;
      rows.set(at, row);
    }
  }
  return [...rows].map(([at, values]) => ({ at, values })).sort((a, b) => a.at - b.at);
}

/** Where a series is silent for more than a step and a half, or has no value, no line is drawn across. */
function segmentsOf(points: SeriesInput['points'], step: number): Segment[] {
  const segments: Segment[] = [];
  let current: Segment | null = null;
  for (const { at, value } of points) {
    if (value === null || !Number.isFinite(value)) {
      current = null;
    } else if (current === null || at - current.to > step * 1.5) {
      current = { from: at, to: at };
      segments.push(current);
    } else {
      current.to = at;
    }
  }
  return segments;
}

/** Room that a marker's label needs, as a share of the narrowest chart that names its markers. */
const labelShareOf = (label: string) => Math.min(0.6, 0.02 + label.length * 0.0135);

/**
 * Of markers that stand close together the last one is named; near the right edge a label stands on the left of its line. No label
 * reaches into the room of another: of two that would meet, the later is read.
 */
function placeMarkers(markers: readonly Marker[], from: number, to: number): PreparedMarker[] {
  const within = markers.filter((marker) => marker.at >= from && marker.at <= to).sort((a, b) => a.at - b.at);
  const placed: PreparedMarker[] = [];
  // From the right: where the labels placed so far begin.
  let free = to;
  for (const marker of within.reverse()) {
    const room = (to - from) * labelShareOf(marker.label);
    const labelSide = marker.at + room <= free ? 'right' : marker.at <= free && to - marker.at < room ? 'left' : null;
    if (labelSide !== null) free = labelSide === 'left' ? marker.at - room : marker.at;
    placed.push({ ...marker, labelSide });
  }
  return placed.reverse();
}
