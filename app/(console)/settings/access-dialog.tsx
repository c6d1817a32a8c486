'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { memberSchema } from '../../../server/identity/schema.ts';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import type { FleetLimit } from './fleet-choice.tsx';
import { FleetChoice } from './fleet-choice.tsx';
import { FurtherRoles, type FurtherRole } from './further-roles.tsx';
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
  const [fleets, setFleets] = useState<FleetLimit>(chosenOf(member.fleets));
  const [also, setAlso] = useState<readonly FurtherRole[]>(member.also.map((grant, index) => ({ key: index, role: grant.role, fleets: chosenOf(grant.fleets) })));
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
      refused={[fleets, ...also.map((grant) => grant.fleets)].some((chosen) => chosen.length === 0) ? 'Choose at least one fleet for each role.' : undefined}
      onSubmit={() => save.mutate({ id: member.id, role, fleets: givenOf(fleets), also: also.map((grant) => ({ role: grant.role, fleets: givenOf(grant.fleets) })) })}
    >
      <RoleChoice value={role} onChange={setRole} error={fields['role'] ?? general} />
      <FleetChoice value={fleets} onChange={setFleets} error={fields['fleets']} />
      <FurtherRoles value={also} onChange={setAlso} error={fields['also']} />
    </DialogForm>
  );
}

function chosenOf(fleets: Member['fleets']): FleetLimit {
  return fleets === null ? 'all' : fleets.flatMap(({ id, name }) => (name === null ? [] : [id]));
}

function givenOf(fleets: FleetLimit): 'all' | string[] {
  return fleets === 'all' ? 'all' : [...fleets];
}
