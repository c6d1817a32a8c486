'use client';
import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';

export interface Tab<Value extends string> {
  value: Value;
  label: ReactNode;
  content: ReactNode;
}

/** One of several views of the same thing. The caller owns which, so that it can live in the URL. Only the open one is mounted. */
export function Tabs<Value extends string>({ value, onChange, tabs, label }: { value: Value; onChange: (value: Value) => void; tabs: readonly Tab<Value>[]; label: string }) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next: unknown) => {
        const chosen = tabs.find((tab) => tab.value === next);
        if (chosen) onChange(chosen.value);
      }}
    >
      <Base.List aria-label={label} className="mb-4 flex gap-[18px] overflow-x-auto border-b border-line [scrollbar-width:none]">
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.value}
            value={tab.value}
            className="px-0.5 pt-2 pb-[9px] whitespace-nowrap text-dim outline-none select-none hover:text-ink focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-accent data-active:font-medium data-active:text-ink data-active:shadow-[inset_0_-2px_var(--color-accent)]"
          >
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.value} value={tab.value} className="outline-none">
          {tab.value === value ? tab.content : null}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
