import { Button } from './button.tsx';

/** How many of all rows are listed, and the button for the next; nothing where all of them are. */
export function TableFooter({ listed, total, more, loadingMore }: { listed: number; total: number | undefined; more: (() => void) | undefined; loadingMore: boolean }) {
  if (more === undefined && (total ?? listed) <= listed) return null;
  return (
    <footer className="flex items-center gap-3 border-t border-line px-4 py-2 text-dim">
      <span className="tabular-nums">
        {listed.toLocaleString('en')} of {(total ?? listed).toLocaleString('en')}
      </span>
      {more ? (
        <span className="ml-auto">
          <Button size="sm" onClick={more} busy={loadingMore}>
            Show more
          </Button>
        </span>
      ) : null}
    </footer>
  );
}
