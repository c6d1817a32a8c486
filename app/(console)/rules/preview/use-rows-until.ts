import type { PreviewRow, PreviewStream } from '@selvedge/edge-runtime/cep/preview';
import { useEffect, useEffectEvent, useState } from 'react';

/** How long the slider has to rest before rows are fetched that the run did not keep. */
const restMs = 120;
const shownMax = 100;

export interface RowsUntil {
  /** At most a hundred, the latest first. */
  rows: readonly PreviewRow[];
  fetching: boolean;
}

/**
 * The last rows of the `count` that a stream had before a time: of those that the run kept or, where it did not keep them, of
 * one that goes no further, which `fetch` asks for.
 */
export function useRowsUntil(stream: PreviewStream, until: number, count: number, fetch: (until: number) => Promise<readonly PreviewRow[] | null>): RowsUntil {
  const [fetched, setFetched] = useState<{ of: PreviewStream; until: number; rows: readonly PreviewRow[] } | null>(null);
  const kept = stream.rows.filter((one) => one.timestamp < until).slice(-shownMax);
  const missing = stream.rows.length < stream.count && isGap(kept, count);
  const ask = useEffectEvent((isCurrent: () => boolean) => {
    fetch(until).then((rows) => {
      if (isCurrent() && rows !== null) setFetched({ of: stream, until, rows });
    }, () => undefined);
  });
  useEffect(() => {
    if (!missing) return undefined;
    let current = true;
    const rest = setTimeout(() => ask(() => current), restMs);
    return () => {
      current = false;
      clearTimeout(rest);
    };
  }, [missing, stream, until]);
  if (!missing) return { rows: kept.reverse(), fetching: false };
  const known = fetched?.of === stream && fetched.until === until;
  return { rows: known ? [...fetched.rows].reverse() : [], fetching: !known };
}

/** Whether the last rows of so many are not all among those that were kept, which are the first and the last of all. */
function isGap(kept: readonly PreviewRow[], count: number): boolean {
  const [first, last] = [kept[0], kept.at(-1)];
  if (first === undefined || last === undefined) return count > 0;
  return last.index + 1 < count || last.index - first.index + 1 > kept.length;
}
