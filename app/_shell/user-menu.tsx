'use client';
import { BookOpen, Keyboard, LogOut, Monitor, Moon, Settings, Sun, UserRound } from 'lucide-react';
import Link from 'next/link';
import { paths } from '../paths.ts';
import { Menu } from '../_ui/menu.tsx';
import { useToast } from '../_ui/toast.tsx';
import { reachWords } from '../_domain/reach.ts';
import { useMe } from './me.tsx';
import { useTheme } from './theme.ts';
import { postAuth } from '../_data/post-auth.ts';

/** Who is signed in, how it looks, and the way out. */
export function UserMenu({ openHelp }: { openHelp: () => void }) {
  const me = useMe();
  const toast = useToast();
  const [theme, setTheme] = useTheme();
  const name = me?.user.name ?? '';
  const signOut = async () => {
    const answer = await postAuth('/sign-out', {});
    // A full load, so that nothing of this person's data stays in memory for the next one.
    if (answer.ok) window.location.assign(paths.signIn());
    else toast({ tone: 'critical', title: 'You are still signed in', description: 'The control plane did not end the session. Try again.' });
  };
  return (
    <Menu
      align="start"
      side="top"
      trigger={
        <button type="button" className="flex w-full items-center gap-[9px] rounded-md p-2 text-left text-dim hover:bg-raised hover:text-ink focus-visible:-outline-offset-2">
          <span aria-hidden className="grid size-[22px] shrink-0 place-items-center rounded-full border border-line-strong bg-raised text-[10px] leading-none">
            {initials(name)}
          </span>
          <span className="min-w-0 flex-1 truncate">{name || 'Account'}</span>
        </button>
      }
      header={
        me ? (
          <>
            <span className="block truncate font-medium">{me.user.name}</span>
            <span className="block truncate text-dim">{me.user.email}</span>
            {me.grants.map((grant, index) => (
              <span key={index} className="block truncate text-dim">{grant.role} {reachWords(grant.fleets)}</span>
            ))}
          </>
        ) : undefined
      }
      groups={[
        [
          { label: 'Theme of the system', icon: <Monitor />, onSelect: () => setTheme('system'), checked: theme === 'system' },
          { label: 'Light', icon: <Sun />, onSelect: () => setTheme('light'), checked: theme === 'light' },
          { label: 'Dark', icon: <Moon />, onSelect: () => setTheme('dark'), checked: theme === 'dark' },
        ],
        [
          { label: 'Your account', icon: <UserRound />, render: <Link href={paths.settings('account')} /> },
          { label: 'Settings', icon: <Settings />, shortcut: 'g s', render: <Link href={paths.settings()} /> },
          { label: 'API reference', icon: <BookOpen />, render: <a href={paths.apiReference()} /> },
          { label: 'Keys', icon: <Keyboard />, shortcut: '?', onSelect: openHelp },
        ],
        [{ label: 'Sign out', icon: <LogOut />, onSelect: () => void signOut() }],
      ]}
    />
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return `${words[0]?.[0] ?? ''}${words.length > 1 ? (words.at(-1)?.[0] ?? '') : ''}`.toUpperCase();
}
