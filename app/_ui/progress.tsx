'use client';
import { Progress as Base } from '@base-ui/react/progress';
import { classes } from './classes.ts';
import { toneFill, type Tone } from './status.tsx';

/** How far something is. `value` is 0 to 1, or null while that is not known. */
export function Progress({ value, label, tone = 'info', detail }: { value: number | null; label: string; tone?: Tone; detail?: string }) {
  return (
    <Base.Root value={value === null ? null : Math.round(value * 1000) / 10} className="flex flex-col gap-1.5">
      <div className="flex gap-3">
        <Base.Label className="text-dim">{label}</Base.Label>
        <span className="ml-auto tabular-nums">{detail}</span>
      </div>
      <Base.Track className="relative h-1 overflow-hidden rounded-full bg-raised">
        <Base.Indicator className={classes('block h-full rounded-full transition-[width] duration-200', toneFill[tone], value === null && 'w-1/3 animate-pulse')} />
      </Base.Track>
    </Base.Root>
  );
}

/** Parts of a whole side by side, each with its word for those who do not see the colours. */
export function Proportions({ parts, label, height = 'md' }: { parts: readonly { tone: Tone | 'empty'; count: number; word: string }[]; label: string; height?: 'sm' | 'md' }) {
  const shown = parts.filter((part) => part.count > 0);
  return (
    <span role="img" aria-label={`${label}: ${shown.map((part) => `${part.count.toLocaleString('en')} ${part.word}`).join(', ') || 'none'}`} className={classes('flex w-full gap-0.5 overflow-hidden rounded-sm', height === 'md' ? 'h-[18px]' : 'h-1.5')}>
      {shown.length === 0 ? <span className="h-full flex-1 bg-raised" /> : null}
      {shown.map((part) => (
        <span key={part.word} title={`${part.count.toLocaleString('en')} ${part.word}`} className={classes('h-full min-w-[3px]', part.tone === 'empty' ? 'bg-raised' : toneFill[part.tone])} style={{ flexGrow: part.count }} />
      ))}
    </span>
  );
}
