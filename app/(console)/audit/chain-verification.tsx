'use client';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { failureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { count } from '../../_format/number.ts';
import { Button } from '../../_ui/button.tsx';
import { Shape, type Tone } from '../../_ui/status.tsx';

/** The button that has the whole chain computed again, for the page's head, and below the head what came of it. */
export function ChainVerification({ refused, children }: { refused: string | undefined; children: (button: ReactNode) => ReactNode }) {
  const trpc = useTRPC();
  const verification = useQuery({ ...trpc.audit.verify.queryOptions(), enabled: false, retry: false });
  const button = (
    <Button onClick={() => void verification.refetch()} refused={refused} busy={verification.isFetching}>
      Verify
    </Button>
  );
  return (
    <>
      {children(button)}
      <div role="status">{verification.isFetching ? null : <Result verification={verification} />}</div>
    </>
  );
}

function Result({ verification: { data, error } }: { verification: { data: { ok: boolean; entries: number; brokenAt?: number | undefined } | undefined; error: unknown } }) {
  if (error !== null && error !== undefined) return <Line tone="critical">The chain was not verified. {failureOf(error).message}</Line>;
  if (data === undefined) return null;
  if (data.ok) return <Line tone="positive">The chain is whole: {count(data.entries)} entries, each following from the one before.</Line>;
  return (
    <Line tone="critical">
      The chain is broken at entry {count(data.brokenAt ?? 0)} of {count(data.entries)}: it was altered, moved or removed after it was written. Compare with an export or a backup from before.
    </Line>
  );
}

function Line({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <p className="mb-4 flex items-baseline gap-2 rounded-lg border border-line bg-panel px-4 py-2.5">
      <Shape tone={tone} />
      <span>{children}</span>
    </p>
  );
}
