'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { Dialog } from '../_ui/dialog.tsx';
import { Kbd } from '../_ui/kbd.tsx';
import { useAllCommands } from './commands.tsx';
import { navigationEntries } from './navigation.ts';

const sequenceMs = 1200;

/** Keys for the whole console: `g` and a letter goes to a page, `?` shows the keys, `/` goes to the filter, and what the page offers. */
export function useShortcuts({ openPalette, openHelp }: { openPalette: () => void; openHelp: () => void }): void {
  const router = useRouter();
  const commands = useAllCommands();
  const latest = useRef({ commands, openPalette, openHelp });
  useEffect(() => {
    latest.current = { commands, openPalette, openHelp };
  });
  useEffect(() => {
    let prefix = '';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        latest.current.openPalette();
        return;
      }
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || document.querySelector('[data-modal],[role="menu"],[role="listbox"]')) return;
      clearTimeout(timer);
      const keys = prefix ? `${prefix} ${event.key}` : event.key;
      prefix = '';
      const entry = navigationEntries.find((each) => `g ${each.key}` === keys);
      const command = latest.current.commands.find((each) => each.shortcut === keys && each.refused === undefined);
      if (entry) router.push(entry.href);
      else if (command) command.run();
      else if (keys === '?') latest.current.openHelp();
      else if (keys === '/') focusFilter();
      else {
        if (keys === 'g' || latest.current.commands.some((each) => each.shortcut?.startsWith(`${keys} `))) {
          prefix = keys;
          timer = setTimeout(() => {
            prefix = '';
          }, sequenceMs);
        }
        return;
      }
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('keydown', onKey);
    };
  }, [router]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input,textarea,select,[contenteditable="true"],[role="textbox"]') !== null;
}

function focusFilter(): void {
  document.querySelector<HTMLInputElement>('[data-filter-input]')?.focus();
}

export function ShortcutHelp({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const offered = useAllCommands().filter((command) => command.shortcut !== undefined);
  const rows: { heading: string; keys: { keys: string; does: string }[] }[] = [
    { heading: 'Anywhere', keys: [{ keys: '⌘K', does: 'Find or do anything' }, { keys: '/', does: 'Filter the list' }, { keys: '?', does: 'Show these keys' }, { keys: 'Esc', does: 'Close, or let go of the rows' }] },
    { heading: 'In a list', keys: [{ keys: 'j', does: 'Next row' }, { keys: 'k', does: 'Row before' }, { keys: '↵', does: 'Open the row' }, { keys: 'Space', does: 'Peek at the row' }, { keys: 'x', does: 'Select the row' }, { keys: 'X', does: 'Select up to the row' }] },
    { heading: 'Go to', keys: navigationEntries.map((entry) => ({ keys: `g ${entry.key}`, does: entry.label })) },
    ...(offered.length > 0 ? [{ heading: 'On this page', keys: offered.map((command) => ({ keys: command.shortcut ?? '', does: command.label })) }] : []),
  ];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys" wide>
      <div className="grid gap-x-10 gap-y-5 sm:grid-cols-2">
        {rows.map((group) => (
          <section key={group.heading}>
            <h3 className="mb-1.5 text-sm font-medium text-faint">{group.heading}</h3>
            <ul>
              {group.keys.map((row) => (
                <li key={row.does} className="flex h-7 items-center">
                  {row.does}
                  <Kbd keys={row.keys} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
