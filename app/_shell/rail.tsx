'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useTRPC } from '../_data/trpc.tsx';
import { count } from '../_format/number.ts';
import { classes } from '../_ui/classes.ts';
import { useMe } from './me.tsx';
import { entryAt, navigation } from './navigation.ts';
import { UserMenu } from './user-menu.tsx';

/** The ways through the console, with how many of each there are. */
export function Rail({ onNavigate, openHelp }: { onNavigate?: () => void; openHelp: () => void }) {
  const trpc = useTRPC();
  const current = entryAt(usePathname());
  const counts = useQuery(trpc.overview.get.queryOptions()).data?.counts;
  const me = useMe();
  return (
    <nav aria-label="Main" className="flex h-full flex-col overflow-y-auto px-2.5 py-3">
      <div className="flex items-center gap-2.5 px-2 pt-1.5 pb-3.5 font-semibold">
        <Mark />
        <span className="truncate">{me?.organization.name ?? 'Selvedge'}</span>
      </div>
      {navigation.map((group) => (
        <div key={group.label ?? ''} className="flex flex-col gap-0.5">
          {group.label ? <h2 className="px-2 pt-3.5 pb-1 text-xs font-medium text-faint">{group.label}</h2> : null}
          {group.entries.map((entry) => {
            const number = entry.count ? counts?.[entry.count] : undefined;
            return (
              <Link
                key={entry.href}
                href={entry.href}
                onClick={() => onNavigate?.()}
                aria-current={current === entry ? 'page' : undefined}
                className={classes(
                  'flex h-[30px] shrink-0 items-center gap-[9px] rounded-md px-2 text-dim hover:text-ink focus-visible:-outline-offset-2',
                  current === entry && 'bg-raised font-medium text-ink',
                )}
              >
                <entry.icon size={15} strokeWidth={1.6} aria-hidden />
                {entry.label}
                {number !== undefined && (number > 0 || !entry.hot) ? <span className={classes('ml-auto tabular-nums', entry.hot ? 'font-medium text-notice' : 'font-normal text-faint')}>{count(number)}</span> : null}
              </Link>
            );
          })}
        </div>
      ))}
      <div className="mt-auto pt-4">
        <UserMenu openHelp={openHelp} />
      </div>
    </nav>
  );
}

/** A woven edge. */
export function Mark() {
  return (
    <span
      aria-hidden
      className="size-5 shrink-0 rounded-[5px] bg-accent-wash"
      style={{ backgroundImage: 'repeating-linear-gradient(45deg, var(--color-accent) 0 3px, transparent 3px 6px)' }}
    />
  );
}
