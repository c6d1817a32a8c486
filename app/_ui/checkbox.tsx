'use client';
import { Checkbox as Base } from '@base-ui/react/checkbox';
import { Check, Minus } from 'lucide-react';
import type { ReactNode } from 'react';

/** One of several that may be chosen together. `mixed`: it stands for others, of which some are. */
export function Checkbox({ checked, onChange, label, disabled = false, mixed = false }: { checked: boolean; onChange: (checked: boolean) => void; label: ReactNode; disabled?: boolean; mixed?: boolean }) {
  return (
    <label className="inline-flex min-h-6 items-center gap-2 select-none">
      <Base.Root
        checked={checked}
        indeterminate={mixed}
        onCheckedChange={(next) => onChange(next)}
        disabled={disabled}
        className="grid size-4 shrink-0 place-items-center rounded-sm border border-line-strong bg-panel data-checked:border-transparent data-checked:bg-accent data-checked:text-accent-ink data-disabled:opacity-50 data-indeterminate:border-transparent data-indeterminate:bg-accent data-indeterminate:text-accent-ink"
      >
        <Base.Indicator>{mixed ? <Minus size={12} strokeWidth={3} /> : <Check size={12} strokeWidth={3} />}</Base.Indicator>
      </Base.Root>
      {label}
    </label>
  );
}
