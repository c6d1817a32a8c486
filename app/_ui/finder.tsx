'use client';
import { Combobox as Base } from '@base-ui/react/combobox';
import { Check, ChevronDown, Search } from 'lucide-react';
import { count } from '../_format/number.ts';
import { classes } from './classes.ts';

export interface Found {
  value: string;
  label: string;
  /** A word that tells two of one name apart. */
  hint?: string;
}

/** What was found for the text, and how many more there are than are listed. */
export interface FoundList {
  options: readonly Found[];
  left: number;
}

/** One of many, looked for by part of its name: whoever gives the options finds them anew for each text. Inside a Field it takes the field's label; alone it needs `label`. */
export function Finder({ chosen, onChange, onOpenChange, label, text, onText, found, placeholder, wide = false }: {
  /** What is chosen, with its name, whether it is among those found or not. */
  chosen: Found | null;
  onChange: (value: string) => void;
  /** Hears when the list is shown: what it is to show need not be known before. */
  onOpenChange?: (open: boolean) => void;
  label?: string;
  text: string;
  onText: (text: string) => void;
  /** Undefined while it is being looked for: what an earlier text found is not to be chosen by mistake. */
  found: FoundList | undefined;
  placeholder: string;
  /** Takes all the room that there is. */
  wide?: boolean;
}) {
  return (
    <Base.Root<Found>
      value={chosen}
      items={found?.options ?? []}
      filter={null}
      isItemEqualToValue={(one, other) => one.value === other.value}
      inputValue={text}
      onInputValueChange={(next, { reason }) => {
        if (reason !== 'item-press') onText(next);
      }}
      onOpenChange={(open) => {
        onOpenChange?.(open);
        if (!open) onText('');
      }}
      onValueChange={(next) => {
        if (next !== null) onChange(next.value);
      }}
    >
      <Base.Trigger aria-label={label} className={classes('inline-flex h-[30px] items-center gap-2 rounded-md border border-line-strong bg-panel px-2.5 text-left select-none hover:bg-raised', wide ? 'w-full' : 'max-w-72')}>
        <span className="min-w-0 flex-1 truncate">{chosen?.label ?? 'Choose'}</span>
        <Base.Icon className="text-faint">
          <ChevronDown size={13} />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="start" className="z-50">
          <Base.Popup aria-label={label} className="flex max-h-[min(380px,var(--available-height))] w-80 max-w-(--available-width) flex-col rounded-lg border border-line-strong bg-overlay shadow-overlay outline-none">
            <span className="relative border-b border-line">
              <Search size={13} aria-hidden className="pointer-events-none absolute top-[11px] left-3 text-faint" />
              <Base.Input aria-label={placeholder} placeholder={placeholder} className="h-9 w-full bg-transparent pr-3 pl-8 outline-none" />
            </span>
            <Base.Status className="sr-only">{found === undefined ? 'Looking for it' : `${count(found.options.length)} found`}</Base.Status>
            <Base.List className="min-h-0 flex-1 overflow-y-auto py-1">
              {(one: Found) => (
                <Base.Item key={one.value} value={one} className="mx-1 flex min-h-7 items-center gap-2 rounded-md px-2 py-1 outline-none select-none data-highlighted:bg-accent-wash">
                  <span className="min-w-0 flex-1 truncate">{one.label}</span>
                  {one.hint === undefined ? null : <span className="text-sm text-faint">{one.hint}</span>}
                  <Base.ItemIndicator className="text-accent">
                    <Check size={13} />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
            {found === undefined ? <p className="px-3 py-2 text-faint">Looking …</p> : null}
            {found?.options.length === 0 ? <p className="px-3 py-2 text-dim">Nothing has this in its name</p> : null}
            {found !== undefined && found.left > 0 ? <p className="border-t border-line px-3 py-2 text-sm text-faint">{count(found.left)} more: type part of a name</p> : null}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
