'use client';
import { Fragment } from 'react';
import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, ResponsiveContainer, Tooltip, usePlotArea, useYAxisScale, XAxis, YAxis } from 'recharts';
import { count, significant, tick } from '../../_format/number.ts';
import { clockMinutes, clockSeconds, date } from '../../_format/time.ts';
import { spreadLabels } from '../prepare/scale.ts';
import type { ChartRow, PreparedLine, PreparedTimeSeries, Segment } from '../prepare/time-series.ts';
import { withSuffix, type Unit } from '../prepare/units.ts';

const axisText = { fontSize: 11, fill: 'var(--color-faint)' } as const;
const day = 86_400_000;

/** Pixels beside the plot: for the scale, and for the names of lines. */
export interface Sides {
  left: number;
  right: number;
}

const usualSides: Sides = { left: 42, right: 70 };

/**
 * Draws what `prepareTimeSeries` decided, and decides nothing. Charts with the same `sync` share their crosshair.
 * `label` names the chart for those who do not see it; the table beside it holds its values. `sides` are for a chart whose time
 * is to stand under that of something else, and `moment` for one that is looked at.
 */
export function TimeChart({ prepared, label, height = 200, area = false, sync, sides = usualSides, moment }: {
  prepared: PreparedTimeSeries;
  label: string;
  height?: number;
  area?: boolean;
  sync?: string;
  sides?: Sides;
  moment?: number | undefined;
}) {
  const single = prepared.lines.length === 1;
  const first = prepared.yTicks[0] ?? 0;
  const last = prepared.yTicks.at(-1) ?? 1;
  return (
    <figure aria-label={label} className="w-full min-w-0 overflow-x-clip" style={{ height }}>
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 640, height }}>
        <ComposedChart data={[...prepared.rows]} margin={{ top: 10, right: sides.right, bottom: 0, left: 0 }} accessibilityLayer={false} {...(sync ? { syncId: sync, syncMethod: 'value' as const } : {})}>
          <CartesianGrid vertical={false} stroke="var(--color-line)" />
          <XAxis
            dataKey="at"
            type="number"
            domain={[prepared.from, prepared.to]}
            ticks={[...prepared.xTicks]}
            tickFormatter={(at: number) => timeLabel(at, prepared.to - prepared.from)}
            tick={axisText}
            tickLine={false}
            axisLine={false}
            height={22}
            interval="preserveStartEnd"
            minTickGap={24}
            allowDataOverflow
          />
          <YAxis domain={[first, last]} ticks={[...prepared.yTicks]} tickFormatter={(value: number) => (Math.abs(value) >= 1000 ? tick(value) : value.toFixed(prepared.yDecimals))} tick={axisText} tickLine={false} axisLine={false} width={sides.left} interval={0} allowDataOverflow />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: 'var(--color-line-strong)' }}
            content={({ active, label: at, payload }) =>
              active && typeof at === 'number' && payload && payload.length > 0 ? <Reading at={at} prepared={prepared} /> : null
            }
          />
          {prepared.markers.map((marker) => (
            <ReferenceLine
              key={`${marker.at} ${marker.label}`}
              x={marker.at}
              stroke="var(--color-dim)"
              strokeDasharray="2 3"
              {...(marker.labelSide ? { label: { value: marker.label, position: marker.labelSide === 'right' ? ('insideTopLeft' as const) : ('insideTopRight' as const), ...markerLabel } } : {})}
            />
          ))}
          {moment === undefined ? null : <ReferenceLine x={moment} stroke="var(--color-accent)" />}
          {prepared.lines.flatMap((line) =>
            line.segments.map((segment) => (
              <Fragment key={`${line.key} ${segment.from}`}>
                {area && single ? (
                  <Area dataKey={valueIn(line, segment)} stroke="none" fill={`var(--color-${line.colour})`} fillOpacity={0.1} isAnimationActive={false} connectNulls activeDot={false} tooltipType="none" />
                ) : null}
                <Line
                  dataKey={valueIn(line, segment)}
                  name={line.name}
                  stroke={`var(--color-${line.colour})`}
                  strokeWidth={1.5}
                  strokeLinejoin="round"
                  dot={segment.from === segment.to ? { r: 1.5, strokeWidth: 0, fill: `var(--color-${line.colour})` } : false}
                  activeDot={{ r: 3, strokeWidth: 0 }}
                  connectNulls
                  isAnimationActive={false}
                />
              </Fragment>
            )),
          )}
          <EndLabels lines={prepared.lines} single={single} unit={prepared.unit} />
        </ComposedChart>
      </ResponsiveContainer>
    </figure>
  );
}

/** Stands over lines and other markers' strokes, and is read all the same. */
const markerLabel = { fill: 'var(--color-dim)', stroke: 'var(--color-panel)', strokeWidth: 4, strokeLinejoin: 'round', paintOrder: 'stroke', fontSize: 11, className: 'max-sm:hidden' } as const;

/** A stretch is a drawing of its own, so that moments at which only other series were measured do not break it. */
function valueIn(line: PreparedLine, segment: Segment) {
  return (row: ChartRow) => (row.at >= segment.from && row.at <= segment.to ? (row.values[line.key] ?? null) : null);
}

/** The name of each line at the height at which it ends, also before a gap; a line alone shows its latest value instead. */
function EndLabels({ lines, single, unit }: { lines: readonly PreparedLine[]; single: boolean; unit: Unit }) {
  const plot = usePlotArea();
  const scale = useYAxisScale();
  if (!plot || !scale) return null;
  const ended = lines.flatMap((line) => {
    const value = single ? line.last : line.lastMeasured;
    const y = value === null ? undefined : scale(value);
    return value === null || y === undefined ? [] : [{ ...line, value, y }];
  });
  const tops = spreadLabels(ended.map((line) => line.y), 13, plot.y, plot.y + plot.height);
  return (
    <g aria-hidden>
      {ended.map((line, index) => (
        <text key={line.key} x={plot.x + plot.width + 8} y={(tops[index] ?? line.y) + 4} fontSize={11} fill={`var(--color-${line.colour})`} style={{ fontVariantNumeric: 'tabular-nums' }}>
          {single ? withSuffix(figure(line.value), unit) : shorten(line.name)}
        </text>
      ))}
    </g>
  );
}

/** Three digits, and thousands whole: "4,031" is no longer than "4.03 k" and says more. */
function figure(value: number): string {
  return Math.abs(value) >= 1000 ? count(value) : significant(value);
}

function shorten(name: string): string {
  return name.length > 12 ? `${name.slice(0, 11)}…` : name;
}

function Reading({ at, prepared }: { at: number; prepared: PreparedTimeSeries }) {
  const row = prepared.rows.find((each) => each.at === at);
  return (
    <div className="min-w-32 rounded-lg border border-line-strong bg-overlay px-3 py-2 shadow-overlay">
      <div className="mb-1 text-dim tabular-nums">{clockSeconds(at)}</div>
      {prepared.lines.map((line) => {
        const value = row?.values[line.key];
        return (
          <div key={line.key} className="flex items-center gap-2">
            <i className="size-2 rounded-xs" style={{ background: `var(--color-${line.colour})` }} />
            <span className="text-dim">{line.name}</span>
            <span className="ml-auto pl-4 tabular-nums">{value === null || value === undefined ? '–' : withSuffix(figure(value), prepared.unit)}</span>
          </div>
        );
      })}
    </div>
  );
}

function timeLabel(at: number, span: number): string {
  if (span > 2 * day) return date(at).replace(/ \d{4}$/, '');
  return span <= 10 * 60_000 ? clockSeconds(at) : clockMinutes(at);
}
