'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Dialog } from '../../../_ui/dialog.tsx';
import { Field, Input } from '../../../_ui/field.tsx';
import { useToast } from '../../../_ui/toast.tsx';

/** Takes a node's key away: asks why, says what it means, and cannot be undone. */
export function RevokeDialog({ node, open, onOpenChange }: { node: NodeDetail; open: boolean; onOpenChange: (open: boolean) => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const form = useId();
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
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) revoke.reset();
        onOpenChange(next);
      }}
      title={`Revoke ${node.name}?`}
      description="It is cut off at once, leaves its fleet, and can only come back with a new key. It goes on running what it has until someone stops it at its site. This cannot be undone."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Keep it</Button>
          <Button tone="critical" type="submit" form={form} busy={revoke.isPending}>
            Revoke
          </Button>
        </>
      }
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          revoke.mutate({ id: node.id, reason: reason.trim() });
        }}
      >
        <Field label="Why" description="Stands in the audit and in the node's timeline." error={failure ? (failure.fields['reason'] ?? failure.message) : undefined}>
          <Input value={reason} onValue={setReason} required maxLength={512} autoFocus placeholder="Stolen from plant 3" />
        </Field>
      </form>
    </Dialog>
  );
}
