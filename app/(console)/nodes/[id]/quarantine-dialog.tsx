'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { AskDialog } from '../../../_ui/ask-dialog.tsx';
import { Field, Input } from '../../../_ui/field.tsx';
import { useToast } from '../../../_ui/toast.tsx';

/** Takes a node out of rollouts, or lets it back: asks why, and says what follows. */
export function QuarantineDialog({ node, open, onOpenChange }: { node: NodeDetail; open: boolean; onOpenChange: (open: boolean) => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const [reason, setReason] = useState('');
  const done = (title: string, description: string) => () => {
    onOpenChange(false);
    setReason('');
    toast({ tone: 'info', title, description });
    return queryClient.invalidateQueries();
  };
  const begin = useMutation(trpc.quarantine.begin.mutationOptions({ onSuccess: done(`${node.name} is in quarantine`, 'Rollouts leave it out until it is let back.') }));
  const lift = useMutation(trpc.quarantine.lift.mutationOptions({ onSuccess: done(`${node.name} is out of quarantine`, 'It takes part in the rollout under way, or was told what its fleet runs. Its report says when it has it.') }));
  const lifts = node.quarantine !== null;
  const asked = lifts ? lift : begin;
  const failure = asked.isError ? failureOf(asked.error) : null;
  return (
    <AskDialog
      open={open}
      onOpenChange={(next) => {
        if (!next) asked.reset();
        onOpenChange(next);
      }}
      title={lifts ? `Let ${node.name} back?` : `Put ${node.name} into quarantine?`}
      description={
        lifts
          ? 'Rollouts take it in again, and its failures so far are forgotten. It is told now what its fleet runs, if it does not run that.'
          : 'Rollouts leave it out: they neither tell it anything nor count it. It goes on running what it runs, and stays so until a person lets it back.'
      }
      tone={lifts ? 'primary' : 'critical'}
      action={lifts ? 'Lift the quarantine' : 'Quarantine'}
      busy={asked.isPending}
      onConfirm={() => (lifts ? lift.mutate({ id: node.id, ...(reason.trim() !== '' && { reason: reason.trim() }) }) : begin.mutate({ id: node.id, reason: reason.trim() }))}
    >
      <Field label="Why" optional={lifts} description="Stands in the audit and in the node's timeline." error={failure ? (failure.fields['reason'] ?? failure.message) : undefined}>
        <Input value={reason} onValue={setReason} required={!lifts} maxLength={512} placeholder={lifts ? 'Its disk was replaced' : 'Its disk fails'} />
      </Field>
    </AskDialog>
  );
}
