import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import { Shape, toneFill, type Tone } from './status.tsx';

/** A value against the bound that it is held to: how far it is from it is seen before it is read. `value` is null while nothing can be said. */
export function BoundMeter({ label, tone, value, valueText, bound, boundText, title, children }: {
  label: string;
  tone: Tone;
  value: number | null;
  valueText: string;
  bound: number;
  boundText: string;
  title?: string;
  /** What more has to be read. */
  children?: ReactNode;
}) {
  // The bound stands at two thirds, unless the value is far beyond it.
  const end = Math.max(bound * 1.5, (value ?? 0) * 1.05, Number.MIN_VALUE);
  return (
    <div className="min-w-0" {...(title === undefined ? {} : { title })}>
      <p className="flex items-baseline gap-2">
        <Shape tone={tone} />
        <span className="min-w-0 truncate">{label}</span>
        <span className="ml-auto whitespace-nowrap tabular-nums">
          <span className="font-medium">{valueText}</span> <span className="text-faint">{boundText}</span>
        </span>
      </p>
      <div aria-hidden className="relative mt-1.5 h-[3px] rounded-full bg-raised">
        {value === null ? null : <span className={classes('absolute inset-y-0 left-0 rounded-full', toneFill[tone])} style={{ width: `${Math.max(0, Math.min(100, (value / end) * 100))}%` }} />}
        <span className="absolute -top-[3px] h-[9px] w-[1.5px] bg-dim" style={{ left: `${(bound / end) * 100}%` }} />
      </div>
      {children}
    </div>
  );
}
