import { readFileSync } from 'node:fs';

/** Clock ticks a second in which Linux counts processor time; the same on every machine that we know. */
const ticksPerSecond = 100;

/** Seconds of processor time since it started, its own and of children that ended. A process that is gone took nothing that can still be known. */
export function processorSecondsOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return fields.slice(11, 15).reduce((total, ticks) => total + Number(ticks), 0) / ticksPerSecond;
  } catch {
    return 0;
  }
}
