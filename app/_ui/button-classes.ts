import { classes } from './classes.ts';

export type ButtonTone = 'plain' | 'primary' | 'critical' | 'quiet';

const tones: Record<ButtonTone, string> = {
  plain: 'border-line-strong bg-panel text-ink hover:bg-raised',
  primary: 'border-transparent bg-accent text-accent-ink hover:brightness-110',
  critical: 'border-line-strong bg-panel text-critical hover:bg-raised',
  quiet: 'border-transparent text-dim hover:bg-raised hover:text-ink',
};

/** The look of a button, for what must be a link and not a button. */
export function buttonClasses(tone: ButtonTone = 'plain', size: 'md' | 'sm' | 'icon' = 'md'): string {
  return classes(
    'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap select-none',
    size === 'md' && 'h-[30px] px-[11px]',
    size === 'sm' && 'h-6 px-2 text-sm',
    size === 'icon' && 'size-[30px]',
    'data-disabled:cursor-not-allowed data-disabled:border-line data-disabled:bg-transparent data-disabled:text-faint data-disabled:hover:brightness-100',
    tones[tone],
  );
}
