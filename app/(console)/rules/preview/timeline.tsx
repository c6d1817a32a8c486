'use client';
import { momentAt, MOMENTS, type PreviewStream, type Span } from '@selvedge/edge-runtime/cep/preview';
import type { Sides } from '../../../_charts/draw/time-chart.tsx';
import { count } from '../../../_format/number.ts';
import { useMomentText } from '../../../_ui/moment.tsx';
import type { Standing } from './standing.ts';

const colours = ['s1', 's3', 's2', 's4', 's5', 's6'] as const;
/** Steps in one bar. */
const barSteps = 8;
const gap = 12;
/** Half of a slider's thumb, which stands within its track: as much longer is the slider than what it goes along. */
const thumb = 8;

/** How many events each stream had along the recording, and a slider to stand at a moment of it. */
export function Timeline({ streams, span, standing, sides, onMoment }: {
  streams: readonly PreviewStream[];
  span: Span;
  standing: Standing;
  /** What stands beside the time, so that a chart below can have the same. */
  sides: Sides;
  /** From 0 to `MOMENTS`; null at the end. */
  onMoment: (moment: number | null) => void;
}) {
  const whole = standing.until > span.to;
  const moment = momentAt(span, standing.until);
  const time = useMomentText()(Math.min(standing.until, span.to));
  const columns = { gridTemplateColumns: `${sides.left - gap}px minmax(0, 1fr) ${sides.right - gap}px`, columnGap: gap };
  return (
    <div className="px-4 pt-3 pb-2.5">
      <div className="flex flex-col gap-1.5">
        {streams.map((stream, index) => (
          <div key={stream.name} className="grid items-center" style={columns}>
            <span className="truncate text-sm text-dim" title={stream.name}>{stream.name}</span>
            <svg viewBox={`0 0 ${MOMENTS / barSteps} 20`} preserveAspectRatio="none" className="h-5 w-full overflow-visible" role="img" aria-label={`${stream.name}: ${count(stream.count)} events over the recording`}>
              <Bars timeline={stream.timeline} until={moment} colour={`var(--color-${colours[index % colours.length] ?? 's1'})`} />
            </svg>
            <span className="text-right text-sm tabular-nums">
              {count(standing.counts.get(`stream ${stream.name}`) ?? 0)}{whole ? null : <span className="text-faint"> of {count(stream.count)}</span>}
            </span>
          </div>
        ))}
      </div>
      <div className="mt-1.5 grid items-center" style={columns}>
        <span className="text-sm text-faint">until</span>
        <input
          type="range"
          min={0}
          max={MOMENTS}
          value={moment}
          onChange={(event) => {
            const next = Number(event.currentTarget.value);
            onMoment(next >= MOMENTS ? null : next);
          }}
          aria-label="Show everything as it was at"
          aria-valuetext={time}
          className="m-0 accent-(--color-accent)"
          style={{ marginInline: -thumb, width: `calc(100% + ${2 * thumb}px)` }}
        />
        <span className="text-right font-mono text-xs text-dim">{time}</span>
      </div>
    </div>
  );
}

/** What is behind the moment is drawn in full, what is ahead of it faintly. */
function Bars({ timeline, until, colour }: { timeline: ArrayLike<number>; until: number; colour: string }) {
  const sums = Array.from({ length: MOMENTS / barSteps }, (_, bar) => Array.from({ length: barSteps }, (__, step) => timeline[bar * barSteps + step] ?? 0).reduce((sum, one) => sum + one, 0));
  const highest = Math.max(1, ...sums);
  return sums.map((value, index) => {
    if (value === 0) return null;
    // Never so low that a single event is not seen.
    const height = Math.max(2, (value / highest) * 20);
    return <rect key={index} x={index + 0.1} y={20 - height} width={0.8} height={height} fill={colour} opacity={index * barSteps < until ? 1 : 0.28} />;
  });
}
