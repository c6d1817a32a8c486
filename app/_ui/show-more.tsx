import { Button } from './button.tsx';

/** The end of what was read of a longer list; nothing at its real end. `query` is one that reads a page at a time. */
export function ShowMore({ query }: { query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> } }) {
  if (!query.hasNextPage) return null;
  return (
    <footer className="flex justify-center border-t border-line px-4 py-2">
      <Button size="sm" onClick={() => void query.fetchNextPage()} busy={query.isFetchingNextPage}>
        Show more
      </Button>
    </footer>
  );
}
