import type { ReactNode } from 'react';
import { classes } from './classes.ts';

/** A small fact: a label, a version, a fleet. */
export function Chip({ children, mono = false }: { children: ReactNode; mono?: boolean }) {
  return <span className={classes('inline-flex h-[22px] max-w-full min-w-0 items-center gap-1.5 truncate rounded-[5px] bg-raised px-[7px] text-dim', mono && 'font-mono text-[12px]')}>{children}</span>;
}
