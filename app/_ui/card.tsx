import { useId, type ReactNode } from 'react';
import { classes } from './classes.ts';

/** A panel with a heading. `span` is its width in a Grid of twelve on wide screens; on narrow ones it takes the row. */
export function Card({ title, subtitle, actions, children, span = 12, padded = false, live = false, firstOnNarrow = false, fitted = false, atHand = false }: {
  title?: ReactNode;
  subtitle?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  span?: 3 | 4 | 5 | 6 | 7 | 8 | 12;
  padded?: boolean;
  /** Shows data that ages: dims with the rest when the console is cut off. */
  live?: boolean;
  /** Stands above the others of its Grid where the screen has room for one beside another no more. */
  firstOnNarrow?: boolean;
  /** Is as tall as what it holds, whatever stands beside it. */
  fitted?: boolean;
  /** Stays in sight at the lower edge of the screen: what is done with all that it stands under. */
  atHand?: boolean;
}) {
  const heading = useId();
  return (
    <section aria-labelledby={title ? heading : undefined} className={classes('flex min-w-0 flex-col rounded-lg border border-line bg-panel', spans[span], firstOnNarrow && 'max-lg:order-first', fitted && 'self-start', atHand && 'sticky bottom-3 z-10 shadow-overlay')}>
      {title ? (
        <header className="flex min-h-[41px] flex-wrap items-center gap-x-2.5 gap-y-1 border-b border-line px-4 py-2">
          <h2 id={heading} className="font-semibold">
            {title}
          </h2>
          {subtitle ? <span className="text-faint">{subtitle}</span> : null}
          {actions ? <span className="ml-auto flex flex-wrap items-center justify-end gap-x-3 gap-y-1 text-dim">{actions}</span> : null}
        </header>
      ) : null}
      <div className={classes('min-w-0 flex-1', padded && 'px-4 py-3.5')} {...(live ? { 'data-live-data': '' } : {})}>
        {children}
      </div>
    </section>
  );
}

const spans = {
  3: 'col-span-12 lg:col-span-3',
  4: 'col-span-12 lg:col-span-4',
  5: 'col-span-12 lg:col-span-5',
  6: 'col-span-12 lg:col-span-6',
  7: 'col-span-12 lg:col-span-7',
  8: 'col-span-12 lg:col-span-8',
  12: 'col-span-12',
} as const;

export function Grid({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-12 gap-4">{children}</div>;
}
