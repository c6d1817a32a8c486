'use client';
import type { UseQueryResult } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { failureOf } from '../_data/failure.ts';
import { Button, buttonClasses } from '../_ui/button.tsx';
import { Card } from '../_ui/card.tsx';
import { EmptyState } from '../_ui/empty-state.tsx';
import { useToast } from '../_ui/toast.tsx';

/** What a question came to: its answer, the shape of it while it is asked, or why there is none. What was answered before stays while it is asked again. */
export function Loaded<Data>({ query, skeleton, children, what, back }: {
  query: Pick<UseQueryResult<Data, unknown>, 'data' | 'error' | 'isError' | 'refetch' | 'isFetching'>;
  skeleton: ReactNode;
  /** What was asked for, to be named when it cannot be shown: "the nodes". */
  what: string;
  /** For what a whole page is about: where to go when it cannot be shown. */
  back?: { label: string; href: string };
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (!query.isError) return skeleton;
  const failure = <FailureState error={query.error} what={what} retry={() => void query.refetch()} busy={query.isFetching} back={back} />;
  return back === undefined ? failure : <Card>{failure}</Card>;
}

/** Why something cannot be shown: not allowed, not there, or failed, each with what to do. */
export function FailureState({ error, what, retry, busy = false, back }: { error: unknown; what: string; retry?: () => void; busy?: boolean; back?: { label: string; href: string } | undefined }) {
  const failure = failureOf(error);
  const wholePage = back !== undefined;
  const away =
    back === undefined ? null : (
      <Link href={back.href} className={buttonClasses()}>
        {back.label}
      </Link>
    );
  if (failure.kind === 'not-allowed') {
    return (
      <EmptyState kind="not-allowed" title={`You may not see ${what}`} heading={wholePage} action={away}>
        {failure.message}
      </EmptyState>
    );
  }
  if (failure.kind === 'not-found') {
    return (
      <EmptyState kind="no-match" title="There is nothing at this address" heading={wholePage} action={away}>
        {failure.message} It may have been removed, or the address is mistyped.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      kind="failed"
      title={`Could not get ${what}`}
      heading={wholePage}
      action={
        <>
          {retry ? (
            <Button onClick={retry} busy={busy}>
              Try again
            </Button>
          ) : null}
          {away}
        </>
      }
    >
      {failure.message}
      {failure.requestId ? (
        <>
          {' '}
          Request <code>{failure.requestId}</code>.
        </>
      ) : null}
    </EmptyState>
  );
}

/** Says, in a toast, that a change was not made and why. */
export function useFailureToast(): (title: string, error: unknown) => void {
  const toast = useToast();
  return (title, error) => {
    const failure = failureOf(error);
    toast({ tone: 'critical', title, description: failure.requestId ? `${failure.message} Request ${failure.requestId}.` : failure.message });
  };
}
