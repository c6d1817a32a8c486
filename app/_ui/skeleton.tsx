import { classes } from './classes.ts';

/** Stands where something will be, in its size; seen only after 200 ms. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={classes('block animate-appear rounded-sm bg-raised', className)} />;
}

/** Rows of a table to come. */
export function SkeletonRows({ rows = 8, columns = 4 }: { rows?: number; columns?: number }) {
  return (
    <div role="status" aria-label="Loading" className="divide-y divide-line">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-9 items-center gap-6 px-4">
          {Array.from({ length: columns }, (_, column) => (
            <Skeleton key={column} className={classes('h-3', column === 0 ? 'w-40' : 'w-20', column > 1 && 'max-sm:hidden')} />
          ))}
        </div>
      ))}
    </div>
  );
}
