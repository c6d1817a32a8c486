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
import { Status, type Tone } from '../../_ui/status.tsx';
import { AddHolderDialog } from './add-holder-dialog.tsx';
import { SigningThreshold } from './signing-threshold.tsx';

const states: Record<SigningKey['state'], { tone: Tone; means: string }> = {
  Proposed: { tone: 'notice', means: 'Counts when the change that brings it has been signed.' },
  Active: { tone: 'positive', means: 'Its signatures count.' },
  Retired: { tone: 'neutral', means: 'Signs nothing any more; what it signed goes on running where it runs.' },
};

const columnsWith = (retire: (key: SigningKey) => void): readonly Column<SigningKey>[] => [
  { id: 'holder', header: 'Held by', cell: (key) => <span className="font-medium" title={`Key ${key.keyId}`}>{key.holder ?? 'the control plane'}</span> },
  { id: 'state', header: 'State', cell: (key) => <Status tone={states[key.state].tone} word={key.state} detail={states[key.state].means} /> },
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
 * The public halves of what signs bundles. The private half of the control plane's own is sealed in the state folder and never shown;
 * of the others who holds them. A key is changed by adding one, which nodes come to trust, and retiring the other.
 */
export function SigningKeys() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const [adding, setAdding] = useState(false);
  const [retiring, setRetiring] = useState<SigningKey | null>(null);
  const list = useQuery(trpc.settings.signingKeys.list.queryOptions({}));
  const settled = { onSuccess: () => queryClient.invalidateQueries(trpc.settings.signingKeys.pathFilter()) };
  const add = useMutation(trpc.settings.signingKeys.add.mutationOptions({ ...settled, onError: (error) => failed('No key was added', error) }));
  const retire = useMutation(trpc.settings.signingKeys.retire.mutationOptions({ ...settled, onError: (error) => failed('The key was not retired', error), onSettled: () => setRetiring(null) }));
  const may = list.data?.can.add;
  const refused = may === undefined || may.allowed ? undefined : may.reason;
  return (
    <Card title="Signing keys" subtitle="a node runs nothing that they have not signed" actions={
        <>
          <Button size="sm" busy={add.isPending} refused={refused} onClick={() => add.mutate({})}>Add a key</Button>
          <Button size="sm" refused={refused} onClick={() => setAdding(true)}>Add a person’s key</Button>
        </>
      }>
      <Loaded query={list} what="the signing keys" skeleton={<SkeletonRows rows={2} />}>
        {({ items, threshold, changeWaits }) =>
          items.length === 0 ? (
            <EmptyState kind="nothing-yet" title="No signing key yet">
              One is made with the first deployment, and nodes are told of it when they join.
            </EmptyState>
          ) : (
            <>
              <DataTable columns={columnsWith(setRetiring)} rows={items} rowKey={(key) => key.keyId} label="Signing keys" />
              <SigningThreshold threshold={threshold} holders={items.filter(({ holder, state }) => holder !== null && state === 'Active').length} refused={changeWaits ? 'A change of the keys waits for signatures: have it signed, or withdraw it.' : refused} />
            </>
          )
        }
      </Loaded>
      <AddHolderDialog open={adding} close={() => setAdding(false)} />
      {retiring === null ? null : (
        <AskDialog
          open
          onOpenChange={(open) => (open ? undefined : setRetiring(null))}
          title="Retire this key?"
          description="It signs no more, and is destroyed where the control plane has it. What nodes took under it goes on running; nodes that are away come to trust the other keys when they are back, by sets that this key has signed."
          keep="Keep it"
          action="Retire the key"
          busy={retire.isPending}
          onConfirm={() => retire.mutate({ keyId: retiring.keyId })}
        />
      )}
    </Card>
  );
}
