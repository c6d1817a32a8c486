'use client';
import { createContext, use, type ReactNode } from 'react';
import { absolute, absoluteMilliseconds, areOfSeveralDays, clockMilliseconds, date, type Zone } from '../_format/time.ts';
import { useNow } from './clock.tsx';
import { useInBrowser } from './in-browser.ts';

/** Whose clock to tell a moment by: what the server drew is taken over as it is, and told again by the reader's clock. */
export function useZone(): Zone {
  return useInBrowser() ? 'here' : 'UTC';
}

const WithDays = createContext(false);

/** Moments within are told with their day where `among` are of several. */
export function Moments({ among, children }: { among: readonly number[]; children: ReactNode }) {
  return <WithDays value={areOfSeveralDays(among, useZone())}>{children}</WithDays>;
}

/** The same for what happens now: without a day, it is of today. */
export function MomentsOfToday({ among, children }: { among: readonly number[]; children: ReactNode }) {
  const now = useNow();
  return <Moments among={now === null ? among : [now, ...among]}>{children}</Moments>;
}

/** How a moment reads to the millisecond among those that it is shown with. */
export function useMomentText(): (at: number) => string {
  const zone = useZone();
  const withDays = use(WithDays);
  return (at) => (withDays ? `${date(at, zone)} ${clockMilliseconds(at, zone)}` : clockMilliseconds(at, zone));
}

/** A moment to the millisecond; the whole of it on hover. */
export function Moment({ at }: { at: number }) {
  const text = useMomentText();
  const zone = useZone();
  return <time dateTime={new Date(at).toISOString()} title={absolute(at, zone)}>{text(at)}</time>;
}

/** A moment whole: day, clock and zone. */
export function AbsoluteTime({ at, milliseconds = false }: { at: number; milliseconds?: boolean }) {
  const zone = useZone();
  return <time dateTime={new Date(at).toISOString()}>{milliseconds ? absoluteMilliseconds(at, zone) : absolute(at, zone)}</time>;
}
