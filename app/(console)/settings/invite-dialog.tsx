'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Button } from '../../_ui/button.tsx';
import { CodeBlock } from '../../_ui/code-block.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { FleetChoice, type FleetLimit } from './fleet-choice.tsx';
import { RoleChoice } from './role-choice.tsx';

/** Makes an invitation and shows its link, this once, to be handed over by whatever means. */
export function InviteDialog({ open, close }: { open: boolean; close: () => void }) {
  const [made, setMade] = useState<{ link: string; name: string } | null>(null);
  const finish = () => {
    close();
    setMade(null);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? undefined : finish())}
      wide={made !== null}
      title={made === null ? 'Invite a person' : `The invitation for ${made.name}`}
      description={made === null ? 'You get a link to hand over. No mail is sent.' : 'It works once, within a week, and is shown only now.'}
      footer={
        made === null ? undefined : (
          <Button tone="primary" onClick={finish}>
            Done
          </Button>
        )
      }
    >
      {made !== null ? <CodeBlock code={made.link} label="Copy the link" /> : open ? <InviteForm onMade={setMade} close={finish} /> : null}
    </Dialog>
  );
}

function InviteForm({ onMade, close }: { onMade: (made: { link: string; name: string }) => void; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('operator');
  const [fleets, setFleets] = useState<FleetLimit>('all');
  const invite = useMutation(
    trpc.identity.members.invite.mutationOptions({
      onSuccess: async ({ link }) => {
        onMade({ link, name });
        await queryClient.invalidateQueries(trpc.identity.members.pathFilter());
      },
    }),
  );
  const { fields, general } = formFailureOf(invite);
  return (
    <DialogForm
      action="Make the link"
      cancel={close}
      busy={invite.isPending}
      refused={fleets.length === 0 ? 'Choose at least one fleet.' : undefined}
      onSubmit={() => invite.mutate({ name: name.trim(), email: email.trim(), role, fleets: fleets === 'all' ? 'all' : [...fleets] })}
    >
      <Field label="Name" error={fields['name']}>
        <Input value={name} onValue={setName} maxLength={100} required />
      </Field>
      <Field label="E-mail" error={fields['email'] ?? general}>
        <Input type="email" value={email} onValue={setEmail} maxLength={254} required />
      </Field>
      <RoleChoice value={role} onChange={setRole} error={fields['role']} />
      <FleetChoice value={fleets} onChange={setFleets} error={fields['fleets']} />
    </DialogForm>
  );
}
