'use client';
import { absolute, duration, relative } from '../_format/time.ts';
import { useNow } from './clock.tsx';
import { useZone } from './moment.tsx';
import { Tooltip } from './tooltip.tsx';

/** When something was or will be: relative to now, with the moment itself on hover and focus. */
export function RelativeTime({ at }: { at: number }) {
  const now = useNow();
  const zone = useZone();
  return (
    <Tooltip content={<span className="tabular-nums">{absolute(at, zone)}</span>}>
      <time dateTime={new Date(at).toISOString()} className="whitespace-nowrap tabular-nums">
        {now === null ? absolute(at, zone) : relative(at, now)}
      </time>
    </Tooltip>
  );
}

/** How long something has lasted: "26 min". */
export function Lasting({ since }: { since: number }) {
  const now = useNow();
  const zone = useZone();
  return (
    <Tooltip content={<span className="tabular-nums">since {absolute(since, zone)}</span>}>
      <time dateTime={new Date(since).toISOString()} className="whitespace-nowrap tabular-nums">
        {now === null ? '' : duration(now - since)}
      </time>
    </Tooltip>
  );
}
