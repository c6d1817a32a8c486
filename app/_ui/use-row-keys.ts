import { useEffect, useRef, useState, type RefObject } from 'react';

/** Whether what was clicked has a meaning of its own. */
export function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a,button,input,select,textarea,label,[role="button"],[role="menuitem"]') !== null;
}

/** Follows the first link of a row, in a tab of its own where asked to. */
export function openRow(row: Element, apart: boolean): void {
  const link = row.querySelector<HTMLElement>('a[href],[data-opens]');
  if (!link) return;
  if (apart && link instanceof HTMLAnchorElement) window.open(link.href, '_blank', 'noopener');
  else link.click();
}

/** j and k walk the rows of the first such table on the page, Enter opens. Typing, dialogs and focused controls keep their keys. */
export function useRowKeys(frame: RefObject<HTMLDivElement | null>, count: number, reveal: (index: number) => void): [number | null, (index: number | null) => void] {
  const [selected, select] = useState<number | null>(null);
  const latest = useRef({ selected, count, reveal });
  useEffect(() => {
    latest.current = { selected, count, reveal };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || document.querySelector('[data-modal]')) return;
      if (event.target instanceof Element && event.target.closest('input,textarea,select,[contenteditable="true"],[role="textbox"]')) return;
      if (document.querySelector('[data-list-keys]') !== frame.current) return;
      const state = latest.current;
      if (event.key === 'j' || event.key === 'k') {
        const next = state.selected === null ? 0 : Math.min(state.count - 1, Math.max(0, state.selected + (event.key === 'j' ? 1 : -1)));
        if (state.count === 0) return;
        event.preventDefault();
        select(next);
        const row = frame.current?.querySelector(`[data-row="${next}"]`);
        if (row) row.scrollIntoView({ block: 'nearest' });
        else state.reveal(next);
      } else if (event.key === 'Enter' && state.selected !== null && !(event.target instanceof Element && isControl(event.target))) {
        const row = frame.current?.querySelector(`[data-row="${state.selected}"]`);
        if (row) openRow(row, false);
      } else if (event.key === 'Escape') select(null);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [frame]);
  return [selected, select];
}
