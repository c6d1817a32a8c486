'use client';
import { Switch as Base } from '@base-ui/react/switch';
import type { ReactNode } from 'react';

/** On or off, at once. */
export function Switch({ checked, onChange, label, disabled = false }: { checked: boolean; onChange: (checked: boolean) => void; label: ReactNode; disabled?: boolean }) {
  return (
    <label className="inline-flex items-center gap-2 select-none">
      <Base.Root
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        className="relative h-4 w-7 shrink-0 rounded-full bg-line-strong transition-colors data-checked:bg-accent data-disabled:opacity-50"
      >
        <Base.Thumb className="block size-3 translate-x-0.5 rounded-full bg-panel transition-transform data-checked:translate-x-[14px]" />
      </Base.Root>
      {label}
    </label>
  );
}
