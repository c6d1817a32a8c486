/** The keys of the rows that were chosen to do something with together. */
export type Selection = ReadonlySet<string>;

/** As many as may be chosen at once: what is done with them is done one by one, and somebody waits for it. */
export const selectionBound = 200;

export const noSelection: Selection = new Set();

/** With the keys chosen, in their order and up to the bound, or without them. */
export function chosen(selection: Selection, keys: readonly string[], on: boolean): Selection {
  const next = new Set(selection);
  for (const key of keys) {
    if (!on) next.delete(key);
    else if (next.size < selectionBound) next.add(key);
  }
  return next;
}

/** The keys from where the last choice was made to here, that end first; this one alone when the other is not listed any more. */
export function rangeOf(keys: readonly string[], from: string | null, to: string): string[] {
  const start = from === null ? -1 : keys.indexOf(from);
  const end = keys.indexOf(to);
  if (start < 0 || end < 0) return [to];
  return start <= end ? keys.slice(start, end + 1) : keys.slice(end, start + 1).reverse();
}

/** How much of what is listed is chosen. */
export function extentOf(selection: Selection, keys: readonly string[]): 'none' | 'some' | 'all' {
  const count = keys.filter((key) => selection.has(key)).length;
  if (count === 0) return 'none';
  // Where more are listed than may be chosen, as many as may be are all.
  return count >= Math.min(keys.length, selectionBound) ? 'all' : 'some';
}
