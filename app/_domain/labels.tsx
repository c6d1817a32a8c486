import { Chip } from '../_ui/chip.tsx';
import { classes } from '../_ui/classes.ts';

/** A node's labels in a stable order, the first few and how many more; on one line where rows have a height. */
export function Labels({ labels, max = 4, oneLine = false }: { labels: Readonly<Record<string, string>>; max?: number; oneLine?: boolean }) {
  const entries = Object.entries(labels).sort(([a], [b]) => a.localeCompare(b));
  return (
    <span className={classes('gap-1.5', oneLine ? 'flex overflow-hidden' : 'inline-flex flex-wrap')} title={oneLine && entries.length > 0 ? entries.map(([key, value]) => `${key}=${value}`).join(', ') : undefined}>
      {entries.slice(0, max).map(([key, value]) => (
        <Chip key={key}>
          <span className="truncate">
            {key}={value}
          </span>
        </Chip>
      ))}
      {entries.length > max ? <span className="shrink-0"><Chip>and {entries.length - max} more</Chip></span> : null}
    </span>
  );
}
