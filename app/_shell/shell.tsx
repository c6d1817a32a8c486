'use client';
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react';
import { BareDialog } from '../_ui/dialog.tsx';
import { CommandProvider } from './commands.tsx';
import { startFaro } from './faro.ts';
import { LiveProvider } from './live.tsx';
import { Palette } from './palette.tsx';
import { Rail } from './rail.tsx';
import { SessionNotice } from './session-notice.tsx';
import { ShortcutHelp, useShortcuts } from './shortcuts.tsx';
import { StayWhileAway } from './stay.tsx';

interface ShellActions {
  openPalette: () => void;
  openDrawer: () => void;
}

const ShellContext = createContext<ShellActions | null>(null);

export function useShell(): ShellActions {
  const shell = use(ShellContext);
  if (!shell) throw new Error('a page frame is used outside the shell');
  return shell;
}

/** Everything around a page that stays when the page changes: the rail, the palette, the keys and the live stream. */
export function Shell({ since, children }: { since: string; children: ReactNode }) {
  useEffect(startFaro, []);
  return (
    <CommandProvider>
      <LiveProvider since={since}>
        <StayWhileAway />
        <Surroundings>{children}</Surroundings>
      </LiveProvider>
    </CommandProvider>
  );
}

function Surroundings({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<'palette' | 'help' | 'drawer' | null>(null);
  const actions = useMemo<ShellActions>(() => ({ openPalette: () => setOpen('palette'), openDrawer: () => setOpen('drawer') }), []);
  const openHelp = () => setOpen('help');
  useShortcuts({ openPalette: actions.openPalette, openHelp });
  const closing = (next: boolean) => {
    if (!next) setOpen(null);
  };
  return (
    <ShellContext value={actions}>
      <a href="#content" className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-overlay focus:px-3 focus:py-2">
        Skip to the content
      </a>
      <div className="grid min-h-dvh lg:grid-cols-[216px_minmax(0,1fr)]">
        <div className="sticky top-0 hidden h-dvh border-r border-line lg:block">
          <Rail openHelp={openHelp} />
        </div>
        <div className="min-w-0">
          <SessionNotice />
          {children}
        </div>
      </div>
      <BareDialog open={open === 'drawer'} onOpenChange={closing} title="Main" place="left">
        <Rail openHelp={openHelp} onNavigate={() => setOpen(null)} />
      </BareDialog>
      <Palette open={open === 'palette'} onOpenChange={closing} openHelp={openHelp} />
      <ShortcutHelp open={open === 'help'} onOpenChange={closing} />
    </ShellContext>
  );
}
