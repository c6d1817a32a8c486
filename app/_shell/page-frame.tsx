'use client';
import { Menu as MenuIcon, Search } from 'lucide-react';
import Link from 'next/link';
import { Fragment, type ReactNode } from 'react';
import { LiveIndicator } from './live-indicator.tsx';
import { useShell } from './shell.tsx';

export interface Crumb {
  label: string;
  href?: string;
}

/** A page inside the shell: the way to it above, its content below. The last crumb is the page itself. */
export function PageFrame({ crumbs, children }: { crumbs: readonly Crumb[]; children: ReactNode }) {
  const { openPalette, openDrawer } = useShell();
  return (
    <>
      <header className="sticky top-0 z-20 flex h-12 items-center gap-3.5 border-b border-line bg-canvas px-4 sm:px-6">
        <button type="button" onClick={openDrawer} aria-label="Open the menu" className="-ml-1.5 grid size-8 place-items-center rounded-md text-dim hover:bg-raised lg:hidden">
          <MenuIcon size={16} />
        </button>
        <nav aria-label="Where you are" className="flex min-w-0 items-center gap-2 text-dim">
          {crumbs.map((crumb, index) => (
            <Fragment key={index}>
              {index > 0 ? <span aria-hidden>/</span> : null}
              {crumb.href && index < crumbs.length - 1 ? (
                <Link href={crumb.href} className="whitespace-nowrap hover:text-ink">
                  {crumb.label}
                </Link>
              ) : (
                <span aria-current={index === crumbs.length - 1 ? 'page' : undefined} className="truncate font-medium text-ink">
                  {crumb.label}
                </span>
              )}
            </Fragment>
          ))}
        </nav>
        <button
          type="button"
          onClick={openPalette}
          aria-label="Find or do anything"
          className="ml-auto flex h-7 shrink-0 items-center gap-2 rounded-md border border-line bg-panel px-2 text-faint hover:border-line-strong sm:w-[260px]"
        >
          <Search size={13} aria-hidden />
          <span className="max-sm:hidden">Find or do anything</span>
          <kbd className="ml-auto rounded-sm border border-line-strong px-1 text-xs! text-dim max-sm:hidden">⌘K</kbd>
        </button>
        <LiveIndicator />
      </header>
      <main id="content" tabIndex={-1} className="max-w-[1360px] px-4 pt-[22px] pb-10 outline-none sm:px-6">
        {children}
      </main>
    </>
  );
}
