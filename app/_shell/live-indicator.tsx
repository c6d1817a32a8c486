'use client';
import { clockSeconds } from '../_format/time.ts';
import { classes } from '../_ui/classes.ts';
import { Tooltip } from '../_ui/tooltip.tsx';
import { useFreshness, type Freshness } from './live.tsx';

const looks = {
  live: { word: 'Live', dot: 'bg-positive shadow-[0_0_0_3px_color-mix(in_oklch,var(--color-positive)_22%,transparent)]', means: 'Changes arrive as they happen.' },
  connecting: { word: 'Connecting', dot: 'bg-faint', means: 'The page is as it was when it was made; changes follow once connected.' },
  paused: { word: 'Paused', dot: 'bg-faint', means: 'Nobody looks at this tab, so it does not listen. It catches up when somebody does.' },
  reconnecting: { word: 'Reconnecting', dot: 'bg-notice', means: 'The connection was lost a moment ago and is being made again.' },
  stale: { word: 'Stale', dot: 'bg-critical', means: 'No connection. What you see was true then and may not be now. It is tried again by itself.' },
} as const satisfies Record<Freshness['state'], unknown>;

/** Whether what is on the screen is fresh, and since when it is not. */
export function LiveIndicator() {
  const freshness = useFreshness();
  const look = looks[freshness.state];
  return (
    <Tooltip content={look.means} side="bottom">
      <span tabIndex={0} role="status" aria-live="polite" className="flex items-center gap-[7px] rounded-sm whitespace-nowrap text-dim">
        <i aria-hidden className={classes('size-[7px] rounded-full', look.dot)} />
        {look.word}
        {freshness.state === 'stale' ? ` since ${clockSeconds(freshness.since)}` : ''}
      </span>
    </Tooltip>
  );
}
