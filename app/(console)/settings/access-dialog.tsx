'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { memberSchema } from '../../../server/identity/schema.ts';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { FleetChoice, type FleetLimit } from './fleet-choice.tsx';
import { RoleChoice } from './role-choice.tsx';

type Member = z.infer<typeof memberSchema>;

/** What a member may do, and where. */
export function AccessDialog({ member, open, close }: { member: Member; open: boolean; close: () => void }) {
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? undefined : close())} title={`What ${member.name} may do`} description="It holds from their next request on.">
      {open ? <AccessForm member={member} close={close} /> : null}
    </Dialog>
  );
}

function AccessForm({ member, close }: { member: Member; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [role, setRole] = useState(member.role);
  const [fleets, setFleets] = useState<FleetLimit>(member.fleets === null ? 'all' : member.fleets.flatMap(({ id, name }) => (name === null ? [] : [id])));
  const save = useMutation(
    trpc.identity.members.setAccess.mutationOptions({
      onSuccess: async () => {
        close();
        await queryClient.invalidateQueries(trpc.identity.pathFilter());
      },
    }),
  );
  const { fields, general } = formFailureOf(save);
  return (
    <DialogForm
      action="Save"
      cancel={close}
      busy={save.isPending}
      refused={fleets.length === 0 ? 'Choose at least one fleet.' : undefined}
      onSubmit={() => save.mutate({ id: member.id, role, fleets: fleets === 'all' ? 'all' : [...fleets] })}
    >
      <RoleChoice value={role} onChange={setRole} error={fields['role'] ?? general} />
      <FleetChoice value={fleets} onChange={setFleets} error={fields['fleets']} />
    </DialogForm>
  );
}
