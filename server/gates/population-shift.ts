import { alignSpreads, countOf } from '@selvedge/edge-runtime/protocol';
import type { Spread } from '@selvedge/edge-runtime/protocol';

/** Fewer values than this say nothing about how they are spread. */
const valuesMin = 30;
/** Values are compared in about so many groups, each of as many of them. */
const groupsWanted = 10;

/**
 * How far the values of one span lie from those of another: the population stability index, 0 for the same distribution, above
 * 0.25 by custom a change that matters. Null when either has too few values.
 *
 * Groups are cut where both together hold a tenth each, so no group is empty in both, and missing values are a group of their own. What
 * the index would be by chance between samples of this size, its bias, is taken off: so figures of busy and of quiet nodes mean the same.
 */
export function shiftOf(before: Spread, since: Spread): number | null {
  const sizes = [countOf(before), countOf(since)] as const;
  if (Math.min(...sizes) < valuesMin) return null;
  const groups = groupsOf(before, since, sizes);
  const share = (count: number, size: number): number => (count + 0.5) / (size + 0.5 * groups.length);
  const index = groups.reduce((sum, [then, now]) => {
    const [was, is] = [share(then, sizes[0]), share(now, sizes[1])];
    return sum + (is - was) * Math.log(is / was);
  }, 0);
  return Math.max(0, index - (groups.length - 1) * (1 / sizes[0] + 1 / sizes[1]));
}

type Group = [before: number, since: number];

function groupsOf(before: Spread, since: Spread, sizes: readonly [number, number]): Group[] {
  const [then, now] = alignSpreads(before, since).map(({ bins }) => new Map(bins));
  const indexes = [...new Set([...(then?.keys() ?? []), ...(now?.keys() ?? [])])].sort((a, b) => a - b);
  const weight = ([was, is]: Group): number => (was / sizes[0] + is / sizes[1]) / 2;
  const groups: Group[] = [];
  let open: Group = [0, 0];
  for (const index of indexes) {
    open = [open[0] + (then?.get(index) ?? 0), open[1] + (now?.get(index) ?? 0)];
    if (weight(open) < 1 / groupsWanted) continue;
    groups.push(open);
    open = [0, 0];
  }
  // What is left at the upper end is too little to stand alone.
  const last = groups.pop() ?? [0, 0];
  groups.push([last[0] + open[0], last[1] + open[1]]);
  if (before.missing + since.missing > 0) groups.push([before.missing, since.missing]);
  return groups;
}
