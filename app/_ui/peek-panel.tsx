'use client';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';

/** What a row's page says first, drawn beside the list. */
export interface Peek<Row> {
  nameOf: (row: Row) => string;
  draw: (row: Row) => ReactNode;
}

/** Stands at the side while the list keeps the focus and the keys, so it follows as they walk the rows. */
export function PeekPanel({ name, close, children }: { name: string; close: () => void; children: ReactNode }) {
  return (
    <section aria-label={`Peek at ${name}`} className="fixed top-12 right-0 bottom-0 z-20 w-[400px] max-w-full overflow-y-auto border-l border-line-strong bg-overlay shadow-overlay">
      <header className="sticky top-0 z-[1] flex min-h-[41px] items-center gap-3 border-b border-line bg-overlay px-4 py-2">
        <h2 className="min-w-0 truncate font-semibold" aria-live="polite">
          {name}
        </h2>
        <button type="button" onClick={close} aria-label="Close the peek" className="ml-auto grid size-6 shrink-0 place-items-center rounded-sm text-dim hover:bg-raised hover:text-ink">
          <X size={14} />
        </button>
      </header>
      {children}
    </section>
  );
}

/** One part of a peek, under its name. */
export function PeekPart({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="px-4 pt-3 pb-1 text-sm font-medium text-faint">{title}</h3>
      {children}
    </section>
  );
}
