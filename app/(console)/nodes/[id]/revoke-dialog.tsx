'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { AskDialog } from '../../../_ui/ask-dialog.tsx';
import { Field, Input } from '../../../_ui/field.tsx';
import { useToast } from '../../../_ui/toast.tsx';

/** Takes a node's key away: asks why, says what it means, and cannot be undone. */
export function RevokeDialog({ node, open, onOpenChange }: { node: NodeDetail; open: boolean; onOpenChange: (open: boolean) => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const [reason, setReason] = useState('');
  const revoke = useMutation(
    trpc.nodes.revoke.mutationOptions({
      onSuccess: () => {
        onOpenChange(false);
        toast({ tone: 'info', title: `${node.name} was revoked`, description: 'Its connection was cut and its key is not accepted any more.' });
        return queryClient.invalidateQueries(trpc.nodes.pathFilter());
      },
    }),
  );
  const failure = revoke.isError ? failureOf(revoke.error) : null;
  return (
    <AskDialog
      open={open}
      onOpenChange={(next) => {
        if (!next) revoke.reset();
        onOpenChange(next);
      }}
      title={`Revoke ${node.name}?`}
      description="It is cut off at once, leaves its fleet, and can only come back with a new key. It goes on running what it has until someone stops it at its site. This cannot be undone."
      keep="Keep it"
      action="Revoke"
      busy={revoke.isPending}
      onConfirm={() => revoke.mutate({ id: node.id, reason: reason.trim() })}
    >
      <Field label="Why" description="Stands in the audit and in the node's timeline." error={failure ? (failure.fields['reason'] ?? failure.message) : undefined}>
        <Input value={reason} onValue={setReason} required maxLength={512} placeholder="Stolen from plant 3" />
      </Field>
    </AskDialog>
  );
}
