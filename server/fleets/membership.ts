/**
 * Which fleet a node is in, given the fleets whose selectors match it.
 *
 * One claims it: that one. Several claim it: the one it has, if that still claims it, else none; which of several should win
 * is for a person to say, never for the order of rows. None claims it: none.
 */
export function fleetOf(current: string | null, claimedBy: readonly string[]): string | null {
  if (claimedBy.length === 1) return claimedBy[0] ?? null;
  return current !== null && claimedBy.includes(current) ? current : null;
}
