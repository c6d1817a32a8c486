import type { RolloutWindow } from '../deployments/schema.ts';

const minuteMs = 60_000;
const dayMinutes = 1440;
/** Clocks are put forward or back by an hour, seldom two; so far ahead of an opening it is looked again. */
const clockChangeMinutes = 120;
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * Whether nodes may be told now, by windows in the time zones of their places; without any they always may. `checkAt` is when
 * to look again while none is open: at the next opening, or some time before it where clocks may change until then.
 */
export function openingOf(windows: readonly RolloutWindow[], now: number): { open: true } | { open: false; checkAt: number } {
  if (windows.length === 0) return { open: true };
  let minutes = 7 * dayMinutes;
  for (const window of windows) {
    const until = minutesUntil(window, now);
    if (until === 0) return { open: true };
    minutes = Math.min(minutes, until);
  }
  const startOfMinute = Math.floor(now / minuteMs) * minuteMs;
  const careful = minutes > clockChangeMinutes * 2 ? minutes - clockChangeMinutes : minutes;
  return { open: false, checkAt: startOfMinute + careful * minuteMs };
}

/** Minutes until a window opens by the local clock; 0 while it is open. */
function minutesUntil(window: RolloutWindow, now: number): number {
  const { day, minute } = localTime(window.timeZone, now);
  const [from, to] = [minuteOf(window.from), minuteOf(window.to)];
  const length = to > from ? to - from : to + dayMinutes - from;
  let least = 8 * dayMinutes;
  for (const opens of window.days) {
    const since = ((day - opens + 7) % 7) * dayMinutes + minute - from;
    // One that goes over midnight, or over the week's end, began earlier.
    for (const elapsed of [since, since + 7 * dayMinutes]) {
      if (elapsed >= 0 && elapsed < length) return 0;
      if (elapsed < 0) least = Math.min(least, -elapsed);
    }
    if (since >= 0) least = Math.min(least, 7 * dayMinutes - since);
  }
  return least;
}

function minuteOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

function localTime(timeZone: string, now: number): { day: number; minute: number } {
  const parts = Object.fromEntries(new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(now).map(({ type, value }) => [type, value]));
  return { day: days.indexOf(parts['weekday'] ?? ''), minute: Number(parts['hour']) * 60 + Number(parts['minute']) };
}
