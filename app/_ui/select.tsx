'use client';
import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';

export interface SelectOption<Value extends string> {
  value: Value;
  label: ReactNode;
  /** What the trigger shows when `label` is more than words. */
  hint?: ReactNode;
}

/** One of a few. Inside a Field it takes the field's name and label; alone it needs `label`. */
export function Select<Value extends string>({ value, onChange, options, label, placeholder = 'Choose', size = 'md', className, disabled = false, id }: {
  value: Value | null;
  onChange: (value: Value) => void;
  options: readonly SelectOption<Value>[];
  label?: string;
  placeholder?: string;
  size?: 'md' | 'sm';
  className?: string;
  disabled?: boolean;
  id?: string;
}) {
  return (
    <Base.Root<Value>
      value={value}
      disabled={disabled}
      {...(id ? { id } : {})}
      onValueChange={(next) => {
        if (next !== null) onChange(next);
      }}
      items={options.map((option) => ({ value: option.value, label: option.label }))}
    >
      <Base.Trigger
        aria-label={label}
        className={classes(
          'inline-flex items-center gap-2 rounded-md border border-line-strong bg-panel px-2.5 text-left select-none hover:bg-raised data-disabled:text-faint',
          size === 'md' ? 'h-[30px]' : 'h-7',
          className,
        )}
      >
        <span className="min-w-0 flex-1 truncate">
          <Base.Value placeholder={placeholder} />
        </span>
        <Base.Icon className="text-faint">
          <ChevronDown size={13} />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className="max-h-[min(340px,var(--available-height))] min-w-(--anchor-width) overflow-y-auto rounded-lg border border-line-strong bg-overlay py-1 shadow-overlay outline-none">
            <Base.List>
              {options.map((option) => (
                <Base.Item key={option.value} value={option.value} className="mx-1 flex min-h-7 items-center gap-2 rounded-md px-2 py-1 outline-none select-none data-highlighted:bg-accent-wash">
                  <Base.ItemText className="flex-1">{option.label}</Base.ItemText>
                  {option.hint ? <span className="text-sm text-faint">{option.hint}</span> : null}
                  <Base.ItemIndicator className="text-accent">
                    <Check size={13} />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
