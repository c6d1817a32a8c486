import { Chip } from '../_ui/chip.tsx';

/** A node's labels in a stable order, the first few and how many more. */
export function Labels({ labels, max = 4 }: { labels: Readonly<Record<string, string>>; max?: number }) {
  const entries = Object.entries(labels).sort(([a], [b]) => a.localeCompare(b));
  return (
    <span className="inline-flex flex-wrap gap-1.5">
      {entries.slice(0, max).map(([key, value]) => (
        <Chip key={key}>
          {key}={value}
        </Chip>
      ))}
      {entries.length > max ? <Chip>and {entries.length - max} more</Chip> : null}
    </span>
  );
}
