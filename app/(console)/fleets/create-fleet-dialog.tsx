'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { failureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { paths } from '../../paths.ts';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { SelectorPreview, useSelectorPreview } from './selector-preview.tsx';

export function CreateFleetDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Create a fleet" description="Nothing is deployed by this; the nodes run what they run until you deploy to the fleet." wide>
      {open ? <Form close={() => onOpenChange(false)} /> : null}
    </Dialog>
  );
}

function Form({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const [name, setName] = useState('');
  const [selector, setSelector] = useState('');
  const preview = useSelectorPreview(selector);
  const create = useMutation(
    trpc.fleets.create.mutationOptions({
      onSuccess: async (fleet) => {
        await queryClient.invalidateQueries(trpc.fleets.pathFilter());
        router.push(paths.fleet(fleet.id));
      },
    }),
  );
  const failure = create.isError ? failureOf(create.error) : null;
  const fieldErrors = failure?.fields ?? {};
  const general = failure && fieldErrors['name'] === undefined && fieldErrors['selector'] === undefined ? failure.message : undefined;
  return (
    <DialogForm
      action="Create"
      cancel={close}
      busy={create.isPending}
      refused={preview.data?.error ? 'The selector cannot be read.' : undefined}
      onSubmit={() => create.mutate({ name: name.trim(), selector: selector.trim() })}
    >
      <Field label="Name" description="1 to 63 of a-z 0-9 . _ / -" error={fieldErrors['name'] ?? general}>
        <Input value={name} onValue={setName} required maxLength={63} spellCheck={false} placeholder="pump-loop" />
      </Field>
      <Field
        label="Selector"
        description={
          <>
            Over labels: <code>site=plant-3, line in (a,b), !spare</code>. <code>*</code> is every node.
          </>
        }
        error={preview.data?.error?.message ?? fieldErrors['selector']}
      >
        <Input value={selector} onValue={setSelector} required maxLength={1024} spellCheck={false} mono placeholder="app=pump-loop" />
      </Field>
      <SelectorPreview preview={preview} />
    </DialogForm>
  );
}
