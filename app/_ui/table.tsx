import type { ReactNode } from 'react';
import { classes } from './classes.ts';

/** A table that scrolls sideways in its own box when the screen is narrow. */
export function Table({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="overflow-x-auto" tabIndex={0} role="group" aria-label={label}>
      <table className="w-full border-collapse">{children}</table>
    </div>
  );
}

export function HeadCell({ children, numeric = false, className }: { children?: ReactNode; numeric?: boolean; className?: string }) {
  return <th scope="col" className={classes('border-b border-line px-4 py-2 text-sm font-medium whitespace-nowrap text-faint', numeric ? 'text-right' : 'text-left', className)}>{children}</th>;
}

export function Cell({ children, numeric = false, mono = false, className }: { children?: ReactNode; numeric?: boolean; mono?: boolean; className?: string }) {
  return (
    <td className={classes('h-9 max-w-[240px] truncate border-b border-line px-4 [tr:last-child>&]:border-b-0', numeric && 'text-right tabular-nums', mono && 'font-mono text-[12px]', className)}>
      {children}
    </td>
  );
}
