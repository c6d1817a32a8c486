'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { sessionSchema } from '../../../server/identity/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Loaded, useFailureToast } from '../../_shell/loaded.tsx';
import { AskDialog } from '../../_ui/ask-dialog.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { Chip } from '../../_ui/chip.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { browserName } from './browser-name.ts';

type Session = z.infer<typeof sessionSchema>;

const columns: readonly Column<Session>[] = [
  {
    id: 'browser', header: 'Browser', cell: (session) => (
      <span className="inline-flex items-center gap-2" title={session.browser ?? undefined}>
        <span className="font-medium">{browserName(session.browser)}</span>
        {session.current ? <Chip>this one</Chip> : null}
      </span>
    ),
  },
  { id: 'address', header: 'From', mono: true, from: 'sm', cell: (session) => session.address || <span className="text-faint">unknown</span> },
  { id: 'used', header: 'Last used', numeric: true, cell: (session) => (session.current ? 'now' : <RelativeTime at={session.lastUsedAt} />) },
  { id: 'since', header: 'Signed in', numeric: true, from: 'sm', cell: (session) => <RelativeTime at={session.createdAt} /> },
  { id: 'ends', header: 'Ends', numeric: true, from: 'sm', cell: (session) => <RelativeTime at={session.expiresAt} /> },
  { id: 'act', header: '', numeric: true, cell: (session) => (session.current ? null : <End session={session} />) },
];

/** Where this person is signed in. */
export function Sessions() {
  const trpc = useTRPC();
  const list = useQuery(trpc.identity.sessions.list.queryOptions());
  return (
    <Card title="Your sessions" subtitle="where you are signed in" actions={(list.data?.items.length ?? 0) > 1 ? <EndOthers /> : undefined}>
      <Loaded query={list} what="your sessions" skeleton={<SkeletonRows rows={3} />}>
        {({ items }) => <DataTable columns={columns} rows={items} rowKey={(session) => session.id} label="Your sessions" />}
      </Loaded>
    </Card>
  );
}

function EndOthers() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const [asking, setAsking] = useState(false);
  const end = useMutation(
    trpc.identity.sessions.revokeOthers.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.identity.sessions.pathFilter()),
      onError: (error) => failed('The sessions go on', error),
      onSettled: () => setAsking(false),
    }),
  );
  return (
    <>
      <Button size="sm" tone="critical" onClick={() => setAsking(true)}>
        End all others
      </Button>
      <AskDialog open={asking} onOpenChange={setAsking} title="End all other sessions?" description="Everywhere but here you have to sign in again; live pages there close at once." action="End them" busy={end.isPending} onConfirm={() => end.mutate()} />
    </>
  );
}

function End({ session }: { session: Session }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const end = useMutation(
    trpc.identity.sessions.revoke.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.identity.sessions.pathFilter()),
      onError: (error) => failed('The session goes on', error),
    }),
  );
  return (
    <Button size="sm" tone="critical" busy={end.isPending} onClick={() => end.mutate({ id: session.id })}>
      End it
    </Button>
  );
}
