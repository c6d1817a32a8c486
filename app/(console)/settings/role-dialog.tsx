'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Capability } from '../../../server/identity/capabilities.ts';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { useMe } from '../../_shell/me.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import type { Role } from './roles.ts';
import { ScopeChoice } from './scope-choice.tsx';

/** Makes a role of the organization’s own, or changes one for everybody who has it. */
export function RoleDialog({ role, open, close }: { role?: Role; open: boolean; close: () => void }) {
  const held = role === undefined || role.members === 0 ? '' : ` ${role.members === 1 ? 'One member has' : `${role.members} members have`} it; it holds from their next request on.`;
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? undefined : close())} wide title={role === undefined ? 'Make a role' : `Change the role ${role.name}`} description={`A name for what people may do. It can have what you may do yourself.${held}`}>
      {open ? <RoleForm role={role} close={close} /> : null}
    </Dialog>
  );
}

function RoleForm({ role, close }: { role: Role | undefined; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const own = useMe()?.capabilities ?? [];
  const [name, setName] = useState(role?.name ?? '');
  const [capabilities, setCapabilities] = useState<ReadonlySet<Capability>>(new Set(role?.capabilities));
  const onSuccess = async () => {
    close();
    await queryClient.invalidateQueries(trpc.identity.pathFilter());
  };
  const create = useMutation(trpc.identity.roles.create.mutationOptions({ onSuccess }));
  const update = useMutation(trpc.identity.roles.update.mutationOptions({ onSuccess }));
  const { fields, general } = formFailureOf(role === undefined ? create : update);
  return (
    <DialogForm
      action={role === undefined ? 'Make it' : 'Save'}
      cancel={close}
      busy={create.isPending || update.isPending}
      refused={capabilities.size === 0 ? 'Choose what it may do.' : undefined}
      onSubmit={() => {
        const wanted = { name: name.trim(), capabilities: [...capabilities] };
        if (role === undefined || role.id === null) create.mutate(wanted);
        else update.mutate({ id: role.id, ...wanted });
      }}
    >
      <Field label="Name" error={fields['name'] ?? general}>
        <Input value={name} onValue={setName} maxLength={64} required placeholder="Night shift" />
      </Field>
      <ScopeChoice own={own} chosen={capabilities} onChange={setCapabilities} />
    </DialogForm>
  );
}
