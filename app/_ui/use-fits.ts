import { useEffect, useState, type RefObject } from 'react';

/** Whether a table has the room that it needs: only then its heading can stay in sight, since a box that scrolls sideways holds it. */
export function useFits(box: RefObject<HTMLElement | null>, table: RefObject<HTMLElement | null>): boolean {
  const [fits, setFits] = useState(false);
  useEffect(() => {
    const [outer, held] = [box.current, table.current];
    if (outer === null || held === null) return undefined;
    const observer = new ResizeObserver(() => setFits(held.scrollWidth <= outer.clientWidth));
    observer.observe(outer);
    observer.observe(held);
    return () => observer.disconnect();
  }, [box, table]);
  return fits;
}
