'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { paths } from '../../paths.ts';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { credentialIn, newRepository, RepositoryFields } from './repository-fields.tsx';

/** Connects a branch. Nothing is applied by this unless that is chosen. */
export function ConnectDialog({ open, close }: { open: boolean; close: () => void }) {
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? undefined : close())} title="Connect a repository" description="It is read and compared; what differs is shown before anything is applied." wide>
      {open ? <Form close={close} /> : null}
    </Dialog>
  );
}

function Form({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const [name, setName] = useState('');
  const [values, setValues] = useState(newRepository);
  const connect = useMutation(
    trpc.repositories.connect.mutationOptions({
      onSuccess: async ({ id }) => {
        await queryClient.invalidateQueries(trpc.repositories.pathFilter());
        router.push(paths.repository(id));
      },
    }),
  );
  const { fields, general } = formFailureOf(connect);
  return (
    <DialogForm
      action="Connect"
      cancel={close}
      busy={connect.isPending}
      refused={values.scopes.length === 0 ? 'Choose what it may do.' : undefined}
      onSubmit={() => {
        const { password: _, username: __, privateKey: ___, knownHosts: ____, minutes, ...settings } = values;
        const credential = credentialIn(values);
        connect.mutate({ name: name.trim(), ...settings, intervalSeconds: Math.round(Number(minutes) * 60), ...(credential === undefined ? {} : { credential }) });
      }}
    >
      <Field label="Name" description="1 to 63 of a-z 0-9 . _ / -" error={fields['name'] ?? general}>
        <Input value={name} onValue={setName} required maxLength={63} spellCheck={false} placeholder="plant-3" />
      </Field>
      <RepositoryFields values={values} onChange={setValues} fields={fields} credential="optional" />
    </DialogForm>
  );
}
