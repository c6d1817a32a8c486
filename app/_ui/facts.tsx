import { cloneElement, type ReactElement, type ReactNode } from 'react';

export interface Fact {
  label: string;
  value: ReactNode;
  unit?: string;
  note?: ReactNode;
  /** The link to the list behind the number; its children are replaced. */
  link?: ReactElement<{ className?: string; children?: ReactNode }>;
}

/** A strip of the few numbers that matter most on a page. */
export function Facts({ facts, live = false }: { facts: readonly Fact[]; live?: boolean }) {
  return (
    <ul className="mb-4 grid grid-cols-2 overflow-hidden rounded-lg border border-line bg-line gap-px sm:grid-cols-3 lg:auto-cols-fr lg:grid-flow-col lg:grid-cols-none" {...(live ? { 'data-live-data': '' } : {})}>
      {facts.map((fact) => {
        const body = (
          <>
            <span className="block truncate text-dim">{fact.label}</span>
            <span className="mt-1 block text-2xl font-semibold tracking-[-0.02em] tabular-nums">
              {fact.value}
              {fact.unit ? <small className="ml-1 text-base font-normal tracking-normal text-dim">{fact.unit}</small> : null}
            </span>
            <span className="mt-px block min-h-[18px] text-faint">{fact.note}</span>
          </>
        );
        const className = 'block h-full px-4 pt-[13px] pb-3';
        return (
          <li key={fact.label} className="min-w-0 bg-panel last:odd:col-span-2 sm:last:odd:col-span-1">
            {fact.link ? cloneElement(fact.link, { className: `${className} hover:bg-raised focus-visible:-outline-offset-2`, children: body }) : <div className={className}>{body}</div>}
          </li>
        );
      })}
    </ul>
  );
}
