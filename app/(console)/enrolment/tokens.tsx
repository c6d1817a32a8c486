'use client';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { EnrollmentToken } from '../../../server/enrollment/schema.ts';
import { nextCursorOf, rowsOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Labels } from '../../_domain/labels.tsx';
import { count } from '../../_format/number.ts';
import { Loaded, useFailureToast } from '../../_shell/loaded.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { Status, type Tone } from '../../_ui/status.tsx';
import { paths } from '../../paths.ts';

const states: Record<EnrollmentToken['state'], { tone: Tone; word: string; means: string }> = {
  Active: { tone: 'positive', word: 'Active', means: 'A node that shows it joins at once.' },
  Expired: { tone: 'neutral', word: 'Expired', means: 'Its time is over.' },
  UsedUp: { tone: 'neutral', word: 'UsedUp', means: 'As many nodes joined with it as were to.' },
  Revoked: { tone: 'neutral', word: 'Revoked', means: 'A person took it back. Nodes that joined with it stay.' },
};

const columns: readonly Column<EnrollmentToken>[] = [
  { id: 'label', header: 'Token', cell: (token) => <span className="font-medium">{token.label}</span> },
  { id: 'state', header: 'State', cell: (token) => <Status tone={states[token.state].tone} word={states[token.state].word} detail={states[token.state].means} /> },
  { id: 'labels', header: 'Gives the labels', from: 'md', fluid: true, cell: (token) => (token.node !== null ? <Again node={token.node} /> : Object.keys(token.labels).length > 0 ? <Labels labels={token.labels} max={3} oneLine /> : <span className="text-faint">none</span>) },
  { id: 'uses', header: 'Nodes left', numeric: true, from: 'sm', cell: (token) => `${count(token.uses.left)} of ${count(token.uses.total)}` },
  { id: 'expires', header: 'Expires', numeric: true, from: 'sm', cell: (token) => <RelativeTime at={token.expiresAt} /> },
  { id: 'by', header: 'Made by', from: 'lg', cell: (token) => token.createdBy },
  { id: 'act', header: '', numeric: true, cell: (token) => <Revoke token={token} /> },
];

export function Tokens({ create }: { create: ReactNode }) {
  const trpc = useTRPC();
  const list = useInfiniteQuery(trpc.enrollment.tokens.list.infiniteQueryOptions({ limit: 50 }, { getNextPageParam: nextCursorOf }));
  return (
    <Card>
      <Loaded query={list} what="the tokens" skeleton={<SkeletonRows rows={4} />}>
        {(data) => {
          const { rows, total } = rowsOf(data);
          if (rows.length === 0) {
            return (
              <EmptyState kind="nothing-yet" title="No enrolment token yet" action={create}>
                A token lets a number of nodes join without a person, for images and installers. It is shown once.
              </EmptyState>
            );
          }
          return <DataTable columns={columns} rows={rows} rowKey={(token) => token.id} label="Enrolment tokens" total={total} more={list.hasNextPage ? () => void list.fetchNextPage() : undefined} loadingMore={list.isFetchingNextPage} />;
        }}
      </Loaded>
    </Card>
  );
}

/** It lets no new node in, only this one again. */
function Again({ node }: { node: { id: string; name: string } }) {
  return (
    <span className="text-dim">
      only{' '}
      <Link href={paths.node(node.id)} className="text-accent hover:underline">
        {node.name}
      </Link>{' '}
      again
    </span>
  );
}

function Revoke({ token }: { token: EnrollmentToken }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const revoke = useMutation(
    trpc.enrollment.tokens.revoke.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.enrollment.pathFilter()),
      onError: (error) => failed('The token was not revoked', error),
    }),
  );
  return (
    <Button size="sm" tone="critical" busy={revoke.isPending} onClick={() => revoke.mutate({ id: token.id })} refused={token.can.revoke.allowed ? undefined : (token.can.revoke.reason ?? 'Not now.')}>
      Revoke
    </Button>
  );
}
