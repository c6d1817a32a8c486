import type { ReactNode } from 'react';

/** The same beginning for every page: what it is, one line on it, and what can be done. */
export function PageHead({ title, purpose, actions }: { title: ReactNode; purpose?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="mb-[18px] flex flex-wrap items-end gap-x-6 gap-y-3 lg:flex-nowrap">
      <div className="max-w-full min-w-0 lg:min-w-72 lg:flex-1">
        <h1 className="text-xl font-semibold tracking-[-0.012em] break-words">{title}</h1>
        {purpose ? <div className="mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-dim">{purpose}</div> : null}
      </div>
      {actions ? <div className="ml-auto flex flex-wrap justify-end gap-2">{actions}</div> : null}
    </div>
  );
}
