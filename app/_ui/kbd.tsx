/** Keys to press; those of a sequence are parted by a blank. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className="ml-auto inline-flex gap-1">
      {keys.split(' ').map((key, index) => (
        <kbd key={index} className="rounded-sm border border-line-strong px-1 text-xs! text-dim">
          {key}
        </kbd>
      ))}
    </span>
  );
}
