'use client';
import { useQuery } from '@tanstack/react-query';
import { Command as List } from 'cmdk';
import { Boxes, Braces, GitBranch, LayoutGrid, Rocket, Search, Server, type LucideIcon } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useDeferredValue, useState, type ReactNode } from 'react';
import { useTRPC } from '../_data/trpc.tsx';
import { paths } from '../paths.ts';
import { BareDialog } from '../_ui/dialog.tsx';
import { Kbd } from '../_ui/kbd.tsx';
import { useAllCommands } from './commands.tsx';
import { navigationEntries } from './navigation.ts';
import { themes } from './theme-names.ts';
import { useTheme } from './theme.ts';

type FoundKind = 'node' | 'fleet' | 'rule' | 'model' | 'repository' | 'deployment';

const found: Record<FoundKind, { icon: LucideIcon; word: string; href: (hit: { id: string; name: string }) => string }> = {
  node: { icon: Server, word: 'Node', href: (hit) => paths.node(hit.id) },
  fleet: { icon: LayoutGrid, word: 'Fleet', href: (hit) => paths.fleet(hit.id) },
  rule: { icon: Braces, word: 'Rule', href: (hit) => paths.rule(hit.name) },
  model: { icon: Boxes, word: 'Model', href: (hit) => paths.model(hit.name) },
  repository: { icon: GitBranch, word: 'Repository', href: (hit) => paths.repository(hit.id) },
  deployment: { icon: Rocket, word: 'Deployment', href: (hit) => paths.deployment(hit.id) },
};

/** Finds anything and does anything: what the page offers, every page, and what the server finds by name. */
export function Palette({ open, onOpenChange, openHelp }: { open: boolean; onOpenChange: (open: boolean) => void; openHelp: () => void }) {
  return (
    <BareDialog open={open} onOpenChange={onOpenChange} title="Find or do anything">
      <PaletteList close={() => onOpenChange(false)} openHelp={openHelp} />
    </BareDialog>
  );
}

function PaletteList({ close, openHelp }: { close: () => void; openHelp: () => void }) {
  const router = useRouter();
  const trpc = useTRPC();
  const [text, setText] = useState('');
  const query = useDeferredValue(text.trim());
  const search = useQuery({ ...trpc.search.all.queryOptions({ query }), enabled: query.length >= 2, staleTime: 10_000 });
  const hits = query.length >= 2 ? (search.data ?? []) : [];
  const commands = useAllCommands();
  const [, setTheme] = useTheme();
  const go = (href: string) => {
    close();
    router.push(href);
  };
  const act = (run: () => void) => {
    close();
    run();
  };
  return (
    <List label="Find or do anything" loop className="flex max-h-[60vh] flex-col">
      <div className="flex items-center gap-2.5 border-b border-line px-4">
        <Search size={14} className="shrink-0 text-faint" aria-hidden />
        <List.Input value={text} onValueChange={setText} placeholder="Find a node, a rule, a page, an action" className="h-11 w-full bg-transparent outline-none" />
      </div>
      <List.List className="min-h-0 overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-sm [&_[cmdk-group-heading]]:text-faint">
        <List.Empty className="px-3 py-8 text-center text-dim">{search.isFetching ? 'Looking…' : query.length < 2 ? 'Type two letters or more to search everything.' : `Nothing is called “${query}”.`}</List.Empty>
        {commands.length > 0 ? (
          <List.Group heading="On this page">
            {commands.map((command) => (
              <Entry key={command.label} value={`do ${command.label}`} disabled={command.refused !== undefined} onSelect={() => act(command.run)}>
                <span className="min-w-0">
                  {command.label}
                  {command.refused !== undefined ? <span className="ml-2 text-faint">{command.refused}</span> : null}
                </span>
                {command.shortcut ? <Kbd keys={command.shortcut} /> : null}
              </Entry>
            ))}
          </List.Group>
        ) : null}
        {hits.length > 0 ? (
          <List.Group heading="Found">
            {hits.map((hit) => {
              const kind = found[hit.kind];
              return (
                <Entry key={`${hit.kind} ${hit.id}`} value={`${kind.word} ${hit.name} ${hit.id} ${query}`} onSelect={() => go(kind.href(hit))}>
                  <kind.icon size={14} className="shrink-0 text-dim" aria-hidden />
                  <span className="truncate">{hit.name}</span>
                  <span className="ml-auto truncate text-faint">{hit.detail === '' ? kind.word : `${kind.word}, ${hit.detail}`}</span>
                </Entry>
              );
            })}
          </List.Group>
        ) : null}
        <List.Group heading="Go to">
          {navigationEntries.map((entry) => (
            <Entry key={entry.href} value={`go to ${entry.label}`} keywords={[...entry.also]} onSelect={() => go(entry.href)}>
              <entry.icon size={14} className="shrink-0 text-dim" aria-hidden />
              {entry.label}
              <Kbd keys={`g ${entry.key}`} />
            </Entry>
          ))}
        </List.Group>
        <List.Group heading="Console">
          {themes.map((theme) => (
            <Entry key={theme} value={`theme ${theme}`} onSelect={() => act(() => setTheme(theme))}>
              {theme === 'system' ? 'Theme of the system' : theme === 'light' ? 'Light theme' : 'Dark theme'}
            </Entry>
          ))}
          <Entry value="keys shortcuts help" onSelect={() => act(openHelp)}>
            Keys
            <Kbd keys="?" />
          </Entry>
        </List.Group>
      </List.List>
    </List>
  );
}

function Entry({ value, onSelect, disabled = false, keywords, children }: { value: string; onSelect: () => void; disabled?: boolean; keywords?: string[]; children: ReactNode }) {
  return (
    <List.Item
      value={value}
      onSelect={onSelect}
      disabled={disabled}
      {...(keywords ? { keywords } : {})}
      className="flex min-h-8 items-center gap-2.5 rounded-md px-2.5 py-1 select-none data-[disabled=true]:text-faint data-[selected=true]:bg-accent-wash"
    >
      {children}
    </List.Item>
  );
}
