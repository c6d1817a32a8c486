'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { CodeBlock } from '../../_ui/code-block.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { useToast } from '../../_ui/toast.tsx';

/** Adds the public half of a key that a person holds: the private half never comes here. */
export function AddHolderDialog({ open, close }: { open: boolean; close: () => void }) {
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? undefined : close())} title="Add a person’s key" description="Its signatures count beside the control plane’s. They make it where they keep it, and hand over the public half, which this prints:">
      {open ? <Form close={close} /> : null}
    </Dialog>
  );
}

function Form({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const [holder, setHolder] = useState('');
  const [publicKey, setPublicKey] = useState('');
  const add = useMutation(
    trpc.settings.signingKeys.addHolder.mutationOptions({
      onSuccess: ({ outcome }) => {
        close();
        toast(outcome === 'done' ? { tone: 'info', title: `The key of ${holder.trim()} counts`, description: 'Nodes come to know it by themselves.' } : { tone: 'notice', title: 'The change waits for signatures', description: 'It is made when those who hold keys have signed it.' });
        return Promise.all([queryClient.invalidateQueries(trpc.settings.signingKeys.pathFilter()), queryClient.invalidateQueries(trpc.signing.pathFilter())]);
      },
    }),
  );
  const { fields, general } = formFailureOf(add);
  return (
    <DialogForm action="Add it" cancel={close} busy={add.isPending} onSubmit={() => add.mutate({ holder: holder.trim(), publicKey: publicKey.trim() })}>
      <CodeBlock code="selvedge sign new-key FILE" label="Copy the command" />
      <Field label="Who holds it" error={fields['holder'] ?? general}>
        <Input value={holder} onValue={setHolder} required maxLength={64} placeholder="Ada" />
      </Field>
      <Field label="Public half" error={fields['publicKey']}>
        <Input value={publicKey} onValue={setPublicKey} required maxLength={64} spellCheck={false} />
      </Field>
    </DialogForm>
  );
}
