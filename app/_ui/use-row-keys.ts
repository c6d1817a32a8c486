import { useEffect, useRef, useState, type RefObject } from 'react';

/** Whether what was clicked has a meaning of its own. */
export function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a,button,input,select,textarea,label,[role="button"],[role="checkbox"],[role="menuitem"]') !== null;
}

/** Follows the first link of a row, in a tab of its own where asked to. */
export function openRow(row: Element, apart: boolean): void {
  const link = row.querySelector<HTMLElement>('a[href],[data-opens]');
  if (!link) return;
  if (apart && link instanceof HTMLAnchorElement) window.open(link.href, '_blank', 'noopener');
  else link.click();
}

/** What the keys of the list that has them can do, besides walking its rows and opening them. */
export interface ListKeys {
  peek: boolean;
  mark: boolean;
}

/** As it stands in the page, where the first list on it has the keys. */
export function listKeys({ peek, mark }: ListKeys): string {
  return [...(peek ? ['peek'] : []), ...(mark ? ['mark'] : [])].join(' ');
}

const firstList = (): HTMLElement | null => document.querySelector<HTMLElement>('[data-list-keys]');

/** Null where no list is on the page. */
export function keysOfTheList(): ListKeys | null {
  const words = firstList()?.dataset['listKeys']?.split(' ');
  return words === undefined ? null : { peek: words.includes('peek'), mark: words.includes('mark') };
}

/** What the keys do to a table. */
export interface RowActions {
  count: number;
  /** Brings a row into sight that is not in the page. */
  reveal: (index: number) => void;
  /** Chooses the row or lets go of it; with `range` all from the last choice to it. Absent where rows are not chosen. */
  mark: ((index: number, range: boolean) => void) | undefined;
  /** Shows the row beside the table, or no longer. Absent where there is nothing to show. */
  peek: (() => void) | undefined;
  /** Lets go of what stands above the row that the keys are at; false when nothing does. */
  leave: () => boolean;
}

/**
 * j and k walk the rows of the first such table on the page, Enter opens, Space peeks, x chooses, Escape lets go of one thing at a
 * time. Typing, dialogs and focused controls keep their keys.
 */
export function useRowKeys(frame: RefObject<HTMLDivElement | null>, actions: RowActions): [number | null, (index: number | null) => void] {
  const [current, goTo] = useState<number | null>(null);
  const latest = useRef({ current, ...actions });
  useEffect(() => {
    latest.current = { current, ...actions };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || document.querySelector('[data-modal][data-open]')) return;
      if (event.target instanceof Element && event.target.closest('input,textarea,select,[contenteditable="true"],[role="textbox"]')) return;
      if (firstList() !== frame.current) return;
      const state = latest.current;
      const onControl = event.target instanceof Element && isControl(event.target);
      if (event.key === 'j' || event.key === 'k') {
        const next = state.current === null ? 0 : Math.min(state.count - 1, Math.max(0, state.current + (event.key === 'j' ? 1 : -1)));
        if (state.count === 0) return;
        event.preventDefault();
        goTo(next);
        const row = frame.current?.querySelector(`[data-row="${next}"]`);
        if (row) row.scrollIntoView({ block: 'nearest' });
        else state.reveal(next);
      } else if (event.key === 'Escape') {
        if (!state.leave()) goTo(null);
      } else if (state.current !== null && state.current < state.count) {
        if (event.key === 'Enter' && !onControl) {
          const row = frame.current?.querySelector(`[data-row="${state.current}"]`);
          if (row) openRow(row, false);
        } else if (event.key === ' ' && !onControl && state.peek) {
          event.preventDefault();
          state.peek();
        } else if ((event.key === 'x' || event.key === 'X') && state.mark) {
          event.preventDefault();
          state.mark(state.current, event.shiftKey);
        }
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [frame]);
  return [current, goTo];
}
