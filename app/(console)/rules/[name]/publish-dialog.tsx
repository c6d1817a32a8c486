'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useTRPC } from '../../../_data/trpc.tsx';
import { failureOf } from '../../../_data/failure.ts';
import { paths } from '../../../paths.ts';
import { AskDialog } from '../../../_ui/ask-dialog.tsx';
import { Field, Textarea } from '../../../_ui/field.tsx';
import { useToast } from '../../../_ui/toast.tsx';

/** Asks for a word on what changed, then publishes. Publishing changes no node: that is for a deployment. */
export function PublishDialog({ open, onOpenChange, name, version, text }: { open: boolean; onOpenChange: (open: boolean) => void; name: string; version: number; text: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const [note, setNote] = useState('');
  const publish = useMutation(
    trpc.rules.publish.mutationOptions({
      onSuccess: async (result) => {
        onOpenChange(false);
        setNote('');
        await queryClient.invalidateQueries(trpc.rules.pathFilter());
        toast({ tone: 'positive', title: `${name} ${result.version} is published`, description: 'No node runs it yet.', action: { label: 'Deploy it', onClick: () => router.push(paths.newDeployment({ rule: name })) } });
      },
    }),
  );
  return (
    <AskDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Publish ${name} ${version}`}
      description="The text stays as it is for ever. Nodes get it when it is deployed."
      tone="primary"
      action="Publish"
      busy={publish.isPending}
      onConfirm={() => publish.mutate({ name, text, note })}
    >
      <Field label="What changed" optional error={publish.isError ? failureOf(publish.error).message : undefined}>
        <Textarea value={note} onValue={setNote} maxLength={1000} placeholder="Threshold raised after the false alarms of Tuesday" />
      </Field>
    </AskDialog>
  );
}
