import { InvalidArgumentError } from 'commander';
import { CliError, exitCodes } from './exit.ts';
import type { Kind } from './kinds.ts';

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A moment as people write it: `2026-11-27T08:00Z`, or how long ago: `90s`, `30m`, `2h`, `3d`. In milliseconds. */
export function momentOf(now: () => number): (text: string) => number {
  return (text) => {
    const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
    const at = count === undefined ? Date.parse(text) : now() - Number(count) * (unitsMs[unit] ?? 0);
    if (Number.isNaN(at) || at < 0) throw new InvalidArgumentError('It has to be a time, as 2026-11-27T08:00Z, or how long ago, as 30m, 2h or 3d.');
    return at;
  };
}

/** Of which kinds there is a past: to list, and of one thing. */
const remembered = { list: ['/nodes', '/fleets'], one: ['/nodes', '/fleets', '/deployments'] } as const satisfies Record<string, readonly string[]>;

/** The parameter of a read, for kinds of which there is a past. */
export function asOf(kind: Kind, at: number | undefined, of: keyof typeof remembered): { at?: number } {
  if (at === undefined) return {};
  const known: readonly string[] = remembered[of];
  if (!known.includes(kind.path)) throw new CliError(exitCodes.usage, `There is no past of ${kind.names[1]} to read, only of nodes${of === 'list' ? '' : ','} ${of === 'list' ? 'and fleets' : 'fleets and single deployments'}.`);
  return { at };
}
