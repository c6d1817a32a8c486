'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { Dialog } from '../_ui/dialog.tsx';
import { Kbd } from '../_ui/kbd.tsx';
import { keysOfTheList, type ListKeys } from '../_ui/use-row-keys.ts';
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
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || document.querySelector('[data-modal][data-open],[role="menu"],[role="listbox"]')) return;
      clearTimeout(timer);
      const keys = prefix ? `${prefix} ${event.key}` : event.key;
      prefix = '';
      const entry = navigationEntries.find((each) => `g ${each.key}` === keys);
      const command = latest.current.commands.find((each) => each.shortcut === keys && each.refused === undefined);
      if (entry) router.push(entry.href);
      else if (command) command.run();
      else if (keys === '?') latest.current.openHelp();
      else if (keys === '/') filterInput()?.focus();
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

const filterInput = (): HTMLInputElement | null => document.querySelector('[data-filter-input]');

interface Keys {
  heading: string;
  keys: readonly { keys: string; does: string }[];
}

/** The keys of what is on the screen as it opens: those of a list where there is one, as far as that list has them. */
export function ShortcutHelp({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys" wide>
      <AllKeys />
    </Dialog>
  );
}

function AllKeys() {
  const offered = useAllCommands().filter((command) => command.shortcut !== undefined);
  const [{ list, filter }] = useState(() => ({ list: keysOfTheList(), filter: filterInput() !== null }));
  const groups: readonly Keys[] = [
    { heading: 'Anywhere', keys: [{ keys: '⌘K', does: 'Find or do anything' }, ...(filter ? [{ keys: '/', does: 'Filter the list' }] : []), { keys: '?', does: 'Show these keys' }, { keys: 'Esc', does: 'Close, or let go of the rows' }] },
    ...(list === null ? [] : [{ heading: 'In the list', keys: rowKeys(list) }]),
    { heading: 'Go to', keys: navigationEntries.map((entry) => ({ keys: `g ${entry.key}`, does: entry.label })) },
    ...(offered.length > 0 ? [{ heading: 'On this page', keys: offered.map((command) => ({ keys: command.shortcut ?? '', does: command.label })) }] : []),
  ];
  return (
    <div className="grid gap-x-10 gap-y-5 sm:grid-cols-2">
      {groups.map((group) => (
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
  );
}

function rowKeys({ peek, mark }: ListKeys): Keys['keys'] {
  return [
    { keys: 'j', does: 'Next row' },
    { keys: 'k', does: 'Row before' },
    { keys: '↵', does: 'Open the row' },
    ...(peek ? [{ keys: 'Space', does: 'Peek at the row' }] : []),
    ...(mark ? [{ keys: 'x', does: 'Select the row' }, { keys: 'X', does: 'Select up to the row' }] : []),
  ];
}
