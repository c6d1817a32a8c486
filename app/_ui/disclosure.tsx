'use client';
import { ChevronRight } from 'lucide-react';
import { useState, type ReactNode } from 'react';

/**
 * A part that is mostly left as it is: one line says how it stands, and opens it. `open` is how it begins. `drawWhenOpened`: what it
 * holds is made the first time that it is opened, for what costs something or has to know its width.
 */
export function Disclosure({ title, summary, open = false, drawWhenOpened = false, children }: { title: ReactNode; summary: ReactNode; open?: boolean; drawWhenOpened?: boolean; children: ReactNode }) {
  // Later changes of what it holds must not close it under the hand that makes them.
  const [begins] = useState(open);
  const [drawn, setDrawn] = useState(open || !drawWhenOpened);
  return (
    <details open={begins} onToggle={({ currentTarget }) => setDrawn((before) => before || currentTarget.open)} className="group border-t border-line">
      <summary className="flex cursor-default list-none items-start gap-2 rounded-md py-3 hover:text-ink [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden size={14} className="mt-0.5 shrink-0 text-faint group-open:rotate-90" />
        <span className="shrink-0 font-medium">{title}</span>
        <span className="ml-auto min-w-0 text-right text-dim group-open:hidden">{summary}</span>
      </summary>
      {drawn ? <div className="flex flex-col gap-3 pb-4">{children}</div> : null}
    </details>
  );
}
