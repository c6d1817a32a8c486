'use client';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import type { RefObject } from 'react';

const rowHeight = 36;
/** Below this many rows the browser is faster than we are at leaving them out. */
const virtualFrom = 120;

/** Which rows of a table exist in the page: all of few, and of many those in sight with some around. `reveal` scrolls to one. */
export function useRowsInSight(frame: RefObject<HTMLElement | null>, count: number): { first: number; last: number; reveal: (index: number) => void } {
  const enabled = count >= virtualFrom;
  const virtualizer = useWindowVirtualizer({ count, estimateSize: () => rowHeight, overscan: 20, scrollMargin: frame.current?.offsetTop ?? 0, enabled });
  const items = enabled ? virtualizer.getVirtualItems() : [];
  return { first: items[0]?.index ?? 0, last: items.at(-1)?.index ?? count - 1, reveal: (index) => virtualizer.scrollToIndex(index) };
}

/** The room of rows that are not in the page. */
export function RowsOutOfSight({ rows, span }: { rows: number; span: number }) {
  if (rows <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={span} style={{ height: rows * rowHeight }} />
    </tr>
  );
}
