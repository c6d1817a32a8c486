'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { Dialog } from '../../../_ui/dialog.tsx';
import { DialogForm } from '../../../_ui/dialog-form.tsx';
import { Field, Input } from '../../../_ui/field.tsx';

/** Gives the node another name; its key, and so its identity, stays. */
export function RenameDialog({ node, open, onOpenChange }: { node: NodeDetail; open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={`Rename ${node.name}`} description="Its key stays, and with it all that is known of it.">
      {open ? <Form node={node} close={() => onOpenChange(false)} /> : null}
    </Dialog>
  );
}

function Form({ node, close }: { node: NodeDetail; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState(node.name);
  const rename = useMutation(
    trpc.nodes.rename.mutationOptions({
      onSuccess: () => {
        close();
        return queryClient.invalidateQueries(trpc.nodes.pathFilter());
      },
    }),
  );
  const failure = rename.isError ? failureOf(rename.error) : null;
  return (
    <DialogForm action="Rename" cancel={close} busy={rename.isPending} onSubmit={() => rename.mutate({ id: node.id, name: name.trim() })}>
      <Field label="Name" description="1 to 63 of a-z 0-9 . _ / -" error={failure ? (failure.fields['name'] ?? failure.message) : undefined}>
        <Input value={name} onValue={setName} required maxLength={63} spellCheck={false} />
      </Field>
    </DialogForm>
  );
}
