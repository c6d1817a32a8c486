import { Button } from './button.tsx';

/**
 * The end of what was read of a longer list; nothing at its real end. `query` is one that reads a page at a time, `read` how many of
 * how many are shown, where that is known.
 */
export function ShowMore({ query, read }: { query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> }; read?: { shown: number; total: number } }) {
  if (!query.hasNextPage) return null;
  return (
    <footer className="flex items-center justify-center gap-3 border-t border-line px-4 py-2 text-dim">
      {read === undefined ? null : (
        <span className="mr-auto tabular-nums">
          {read.shown.toLocaleString('en')} of {read.total.toLocaleString('en')}
        </span>
      )}
      <Button size="sm" onClick={() => void query.fetchNextPage()} busy={query.isFetchingNextPage}>
        Show more
      </Button>
    </footer>
  );
}
