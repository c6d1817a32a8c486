'use client';
import { Button } from './_ui/button.tsx';
import { EmptyState } from './_ui/empty-state.tsx';

/** In the place of a page that could not be drawn. The digest is what the control plane's log has of it. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState heading kind="failed" title="This page could not be shown" action={<Button onClick={reset}>Try again</Button>}>
        The control plane could not make it: its database may be away, or this is a defect of ours. Nothing was changed.
        {error.digest === undefined ? null : (
          <>
            {' '}
            The log of the control plane has it under <code>{error.digest}</code>.
          </>
        )}
      </EmptyState>
    </main>
  );
}
