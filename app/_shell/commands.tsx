'use client';
import { createContext, use, useEffect, useId, useMemo, useRef, useSyncExternalStore, type ReactNode } from 'react';

/** Something that can be done from the page on the screen, by its key or from the palette. */
export interface Command {
  label: string;
  /** One key, or several parted by blanks that are pressed one after the other. */
  shortcut?: string;
  run: () => void;
  /** Why it cannot be done now; it is listed all the same. */
  refused?: string | undefined;
}

class CommandStore {
  #lists = new Map<string, readonly Command[]>();
  #all: readonly Command[] = [];
  #listeners = new Set<() => void>();

  set(owner: string, commands: readonly Command[] | null): void {
    if (commands === null) this.#lists.delete(owner);
    else this.#lists.set(owner, commands);
    this.#all = [...this.#lists.values()].flat();
    for (const listener of this.#listeners) listener();
  }
  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };
  readonly all = () => this.#all;
}

const CommandContext = createContext<CommandStore | null>(null);

export function CommandProvider({ children }: { children: ReactNode }) {
  const store = useMemo(() => new CommandStore(), []);
  return <CommandContext value={store}>{children}</CommandContext>;
}

function useStore(): CommandStore {
  const store = use(CommandContext);
  if (!store) throw new Error('commands are used outside the shell');
  return store;
}

/** Offers commands for as long as the caller is on the screen. */
export function useCommands(commands: readonly Command[]): void {
  const store = useStore();
  const owner = useId();
  const latest = useRef(commands);
  const shape = commands.map((command) => `${command.label}\u0000${command.shortcut ?? ''}\u0000${command.refused ?? ''}`).join('\u0001');
  useEffect(() => {
    latest.current = commands;
  });
  useEffect(() => {
    // The list is set again only when what can be read of it changed; running always finds the newest.
    store.set(owner, latest.current.map((command, index) => ({ ...command, run: () => latest.current[index]?.run() })));
    return () => store.set(owner, null);
  }, [store, owner, shape]);
}

const none: readonly Command[] = [];

export function useAllCommands(): readonly Command[] {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, store.all, () => none);
}
