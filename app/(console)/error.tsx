'use client';
import { useEffect } from 'react';
import { reportError } from '../_shell/faro.ts';
import { PageFrame } from '../_shell/page-frame.tsx';
import { Button } from '../_ui/button.tsx';
import { Card } from '../_ui/card.tsx';
import { EmptyState } from '../_ui/empty-state.tsx';

/** A page of the console broke: the rest of it stays, the error is reported, and the page can be tried again. */
export default function PageBroke({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  useEffect(() => reportError(error), [error]);
  return (
    <PageFrame crumbs={[{ label: 'Error' }]}>
      <Card>
        <EmptyState heading kind="failed" title="This page could not be shown" action={<Button onClick={reset}>Try again</Button>}>
          The control plane could not make it: its database may be away, or this is a defect of ours. Nothing was changed.
          {error.digest ? (
            <>
              {' '}
              The log of the control plane has it under <code>{error.digest}</code>.
            </>
          ) : null}
        </EmptyState>
      </Card>
    </PageFrame>
  );
}
