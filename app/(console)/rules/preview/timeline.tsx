'use client';
import type { PreviewStream } from '@selvedge/edge-runtime/cep/preview';
import { count } from '../../../_format/number.ts';
import { clockMilliseconds } from '../../../_format/time.ts';

const colours = ['s1', 's3', 's2', 's4', 's5', 's6'] as const;

/** How many events each stream had along the recording, and a slider to stand at a moment of it. */
export function Timeline({ streams, from, to, at, onAt }: { streams: readonly PreviewStream[]; from: number; to: number; at: number; onAt: (at: number) => void }) {
  return (
    <div className="px-4 pt-3 pb-2">
      <div className="relative flex flex-col gap-1.5">
        {streams.map((stream, index) => (
          <div key={stream.name} className="grid grid-cols-[96px_1fr_64px] items-center gap-3 sm:grid-cols-[140px_1fr_84px]">
            <span className="truncate text-sm text-dim" title={stream.name}>{stream.name}</span>
            <svg viewBox={`0 0 ${stream.timeline.length} 20`} preserveAspectRatio="none" className="h-5 w-full overflow-visible" role="img" aria-label={`${stream.name}: ${count(stream.count)} events over the recording`}>
              <Bars timeline={stream.timeline} colour={`var(--color-${colours[index % colours.length] ?? 's1'})`} />
            </svg>
            <span className="text-right text-sm tabular-nums">{count(stream.count)}</span>
          </div>
        ))}
      </div>
      <div className="mt-1.5 grid grid-cols-[96px_1fr_64px] items-center gap-3 sm:grid-cols-[140px_1fr_84px]">
        <span className="text-sm text-faint">until</span>
        <input
          type="range"
          min={from}
          max={Math.max(to, from + 1)}
          step={Math.max(1, Math.round((to - from) / 1000))}
          value={at}
          onChange={(event) => onAt(Number(event.currentTarget.value))}
          aria-label="Show what was put out until"
          aria-valuetext={clockMilliseconds(at)}
          className="w-full accent-(--color-accent)"
        />
        <span className="text-right font-mono text-xs text-dim" suppressHydrationWarning>{clockMilliseconds(at)}</span>
      </div>
    </div>
  );
}

function Bars({ timeline, colour }: { timeline: readonly number[]; colour: string }) {
  const highest = Math.max(1, ...timeline);
  return timeline.map((value, index) => {
    if (value === 0) return null;
    // Never so low that a single event is not seen.
    const height = Math.max(2, (value / highest) * 20);
    return <rect key={index} x={index + 0.1} y={20 - height} width={0.8} height={height} fill={colour} />;
  });
}
