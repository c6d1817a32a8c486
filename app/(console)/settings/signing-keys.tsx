'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SigningKey } from '../../../server/bundles/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Loaded, useFailureToast } from '../../_shell/loaded.tsx';
import { AskDialog } from '../../_ui/ask-dialog.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { CopyButton } from '../../_ui/code-block.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { Status } from '../../_ui/status.tsx';

const columnsWith = (retire: (key: SigningKey) => void): readonly Column<SigningKey>[] => [
  { id: 'key', header: 'Key', mono: true, cell: (key) => key.keyId },
  { id: 'state', header: 'State', cell: (key) => (key.state === 'Active' ? <Status tone="positive" word="Active" detail="Signs what nodes are told to run." /> : <Status tone="neutral" word="Retired" detail="Signs nothing any more; what it signed stays valid on nodes that trust it." />) },
  {
    id: 'public', header: 'Public key', mono: true, from: 'md', cell: (key) => (
      <span className="inline-flex items-center gap-1">
        {key.publicKey}
        <CopyButton text={key.publicKey} label="Copy the public key" />
      </span>
    ),
  },
  { id: 'since', header: 'Made', numeric: true, from: 'sm', cell: (key) => <RelativeTime at={key.createdAt} /> },
  { id: 'retire', header: '', cell: (key) => (key.state === 'Active' ? <Button refused={key.can.retire.allowed ? undefined : key.can.retire.reason} onClick={() => retire(key)}>Retire</Button> : <span className="text-dim">{key.retiredAt === null ? null : <RelativeTime at={key.retiredAt} />}</span>) },
];

/**
 * The public half of what signs bundles. The private half is sealed in the state folder and is never shown. A key is changed by
 * adding one, which nodes come to trust, and retiring the other.
 */
export function SigningKeys() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const [retiring, setRetiring] = useState<SigningKey | null>(null);
  const list = useQuery(trpc.settings.signingKeys.list.queryOptions({}));
  const settled = { onSuccess: () => queryClient.invalidateQueries(trpc.settings.signingKeys.pathFilter()) };
  const add = useMutation(trpc.settings.signingKeys.add.mutationOptions({ ...settled, onError: (error) => failed('No key was added', error) }));
  const retire = useMutation(trpc.settings.signingKeys.retire.mutationOptions({ ...settled, onError: (error) => failed('The key was not retired', error), onSettled: () => setRetiring(null) }));
  const may = list.data?.can.add;
  return (
    <Card title="Signing keys" subtitle="Ed25519; a node runs nothing that none of them signed" actions={<Button busy={add.isPending} refused={may === undefined || may.allowed ? undefined : may.reason} onClick={() => add.mutate({})}>Add a key</Button>}>
      <Loaded query={list} what="the signing keys" skeleton={<SkeletonRows rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState kind="nothing-yet" title="No signing key yet">
              One is made with the first deployment, and nodes are told of it when they join.
            </EmptyState>
          ) : (
            <DataTable columns={columnsWith(setRetiring)} rows={items} rowKey={(key) => key.keyId} label="Signing keys" />
          )
        }
      </Loaded>
      {retiring === null ? null : (
        <AskDialog
          open
          onOpenChange={(open) => (open ? undefined : setRetiring(null))}
          title="Retire this key?"
          description="It signs no more and is destroyed. What nodes took under it goes on running; nodes that are away come to trust the other keys when they are back, by sets that this key has signed."
          keep="Keep it"
          action="Retire the key"
          busy={retire.isPending}
          onConfirm={() => retire.mutate({ keyId: retiring.keyId })}
        />
      )}
    </Card>
  );
}
