import { classes } from './classes.ts';

const tones: Readonly<Record<string, string>> = { '+': 'text-positive', '-': 'text-critical', '~': 'text-notice', '!': 'font-medium text-critical', '#': 'text-dim' };

/** Lines of a difference: their first character says what each is, so that colour only repeats it. A box that scrolls; `label` names it. */
export function DiffLines({ lines, label }: { lines: readonly string[]; label: string }) {
  return (
    <pre tabIndex={0} role="group" aria-label={label} className="max-h-[420px] overflow-auto bg-raised px-4 py-2.5 font-mono text-[12px] leading-[18px]">
      {lines.map((line, index) => (
        <span key={index} className={classes('block', tones[line.charAt(0)])}>
          {line}
        </span>
      ))}
    </pre>
  );
}
