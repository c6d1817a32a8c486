'use client';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import type { apiTokenSchema } from '../../../server/identity/schema.ts';
import { nextCursorOf, rowsOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { reachNames, reachWords } from '../../_domain/reach.ts';
import { paths } from '../../paths.ts';
import { Loaded, useFailureToast } from '../../_shell/loaded.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { Status, type Tone } from '../../_ui/status.tsx';
import { Tooltip } from '../../_ui/tooltip.tsx';

type ApiToken = z.infer<typeof apiTokenSchema>;

const states: Record<ApiToken['state'], { tone: Tone; word: string; means: string }> = {
  active: { tone: 'positive', word: 'Active', means: 'Requests with it are answered.' },
  expired: { tone: 'neutral', word: 'Expired', means: 'Its time is over.' },
  revoked: { tone: 'neutral', word: 'Revoked', means: 'A person took it back.' },
};

const columns: readonly Column<ApiToken>[] = [
  { id: 'name', header: 'Token', cell: (token) => <span className="font-medium">{token.name}</span> },
  { id: 'prefix', header: 'Begins with', mono: true, from: 'lg', cell: (token) => `${token.prefix}…` },
  { id: 'state', header: 'State', cell: (token) => <Status tone={states[token.state].tone} word={states[token.state].word} detail={states[token.state].means} /> },
  { id: 'scopes', header: 'May', from: 'md', cell: (token) => <Scopes token={token} /> },
  { id: 'used', header: 'Last used', numeric: true, from: 'sm', cell: (token) => (token.lastUsedAt === null ? <span className="text-faint">never</span> : <RelativeTime at={token.lastUsedAt} />) },
  { id: 'expires', header: 'Expires', numeric: true, from: 'sm', cell: (token) => <RelativeTime at={token.expiresAt} /> },
  { id: 'by', header: 'Made by', from: 'xl', cell: (token) => token.createdBy },
  { id: 'act', header: '', numeric: true, cell: (token) => (token.state === 'active' ? <Revoke token={token} /> : null) },
];

export function ApiTokens({ create }: { create: ReactNode }) {
  const trpc = useTRPC();
  const list = useInfiniteQuery(trpc.identity.tokens.list.infiniteQueryOptions({ limit: 50 }, { getNextPageParam: nextCursorOf }));
  return (
    <Card title="API tokens" subtitle="for programs" actions={<a href={paths.apiReference()} className="hover:text-ink">API reference</a>}>
      <Loaded query={list} what="the API tokens" skeleton={<SkeletonRows rows={4} columns={6} />}>
        {(data) => {
          const { rows, total } = rowsOf(data);
          if (rows.length === 0) {
            return (
              <EmptyState kind="nothing-yet" title="No API token yet" action={create}>
                A program with a token can do all that the console does, as far as the token’s scopes go.
              </EmptyState>
            );
          }
          return <DataTable columns={columns} rows={rows} rowKey={(token) => token.id} label="API tokens" total={total} more={list.hasNextPage ? () => void list.fetchNextPage() : undefined} loadingMore={list.isFetchingNextPage} />;
        }}
      </Loaded>
    </Card>
  );
}

function Scopes({ token: { scopes, fleets } }: { token: ApiToken }) {
  return (
    <Tooltip content={`${scopes.join(', ')}${fleets === null ? '' : `; in ${reachNames(fleets).join(', ')}`}`}>
      <span tabIndex={0}>
        {scopes.slice(0, 2).join(', ')}
        {scopes.length > 2 ? <span className="text-faint"> and {scopes.length - 2} more</span> : null}
        {fleets === null ? null : <span className="text-dim"> {reachWords(fleets)}</span>}
      </span>
    </Tooltip>
  );
}

function Revoke({ token }: { token: ApiToken }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const refused = useRefusal('settings:write', 'Administrators');
  const revoke = useMutation(
    trpc.identity.tokens.revoke.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.identity.tokens.pathFilter()),
      onError: (error) => failed('The token was not revoked', error),
    }),
  );
  return (
    <Button size="sm" tone="critical" busy={revoke.isPending} onClick={() => revoke.mutate({ id: token.id })} refused={refused}>
      Revoke
    </Button>
  );
}
