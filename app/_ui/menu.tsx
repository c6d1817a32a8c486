'use client';
import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
import { classes } from './classes.ts';
import { Kbd } from './kbd.tsx';

export interface MenuEntry {
  label: ReactNode;
  onSelect?: () => void;
  icon?: ReactNode;
  /** The key that does the same from anywhere on the page. */
  shortcut?: string;
  tone?: 'plain' | 'critical';
  /** Why it cannot be done now; shown under the label. */
  refused?: string | undefined;
  /** Another element in the entry's place, such as a router's link. */
  render?: ReactElement;
  checked?: boolean;
}

/** Groups of entries behind a button; `trigger` is that button. */
export function Menu({ trigger, groups, header, align = 'end', side = 'bottom' }: {
  trigger: ReactElement;
  groups: readonly (readonly MenuEntry[])[];
  header?: ReactNode;
  align?: 'start' | 'end';
  side?: 'bottom' | 'top';
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} side={side} sideOffset={6} className="z-50">
          <Base.Popup className="max-w-[min(340px,92vw)] min-w-[200px] rounded-lg border border-line-strong bg-overlay py-1 shadow-overlay outline-none transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0">
            {header ? <div className="border-b border-line px-3 py-2">{header}</div> : null}
            {groups.filter((group) => group.length > 0).map((group, index) => (
              <Base.Group key={index} className={classes(index > 0 && 'mt-1 border-t border-line pt-1')}>
                {group.map((entry, position) => (
                  <Base.Item
                    key={position}
                    {...(entry.render && entry.refused === undefined ? { render: entry.render } : {})}
                    disabled={entry.refused !== undefined}
                    {...(entry.onSelect ? { onClick: entry.onSelect } : {})}
                    className={classes(
                      'mx-1 flex min-h-7 items-center gap-2 rounded-md px-2 py-1 outline-none select-none data-highlighted:bg-accent-wash',
                      entry.tone === 'critical' && 'text-critical',
                      entry.refused !== undefined && 'text-faint',
                    )}
                  >
                    {entry.icon ? <span className="grid w-4 shrink-0 place-items-center text-dim [&>svg]:size-[14px]">{entry.icon}</span> : null}
                    <span className="min-w-0 flex-1">
                      {entry.label}
                      {entry.refused !== undefined ? <span className="block text-sm text-faint">{entry.refused}</span> : null}
                    </span>
                    {entry.checked ? <span aria-label="chosen">✓</span> : null}
                    {entry.shortcut ? <Kbd keys={entry.shortcut} /> : null}
                  </Base.Item>
                ))}
              </Base.Group>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
