'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '../../_data/trpc.tsx';
import { count } from '../../_format/number.ts';
import { Loaded, useFailureToast } from '../../_shell/loaded.tsx';
import { AskDialog } from '../../_ui/ask-dialog.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { Chip } from '../../_ui/chip.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { RoleDialog } from './role-dialog.tsx';
import { rightsInWords, roleLabel, roleMeaning, type Role } from './roles.ts';

const columns: readonly Column<Role>[] = [
  {
    id: 'name', header: 'Role', cell: (role) => (
      <span className="inline-flex items-center gap-2">
        <span className="font-medium">{roleLabel(role.name)}</span>
        {role.id === null ? <Chip>always there</Chip> : null}
      </span>
    ),
  },
  { id: 'may', header: 'May', from: 'sm', cell: (role) => <span title={role.capabilities.join(', ')}>{roleMeaning(role.name) ?? rightsInWords(role.capabilities)}</span> },
  { id: 'members', header: 'Members', numeric: true, cell: (role) => (role.members === 0 ? <span className="text-faint">none</span> : count(role.members)) },
  { id: 'act', header: '', numeric: true, cell: (role) => (role.id === null ? null : <Actions role={role} id={role.id} />) },
];

/** What people can be given: the roles that there always are, and those that the organization made. */
export function Roles() {
  const trpc = useTRPC();
  const list = useQuery(trpc.identity.roles.list.queryOptions());
  return (
    <Loaded query={list} what="the roles" skeleton={<SkeletonRows rows={5} columns={4} />}>
      {({ items }) => (
        <Card>
          <DataTable columns={columns} rows={items} rowKey={(role) => role.id ?? role.name} label="Roles" />
        </Card>
      )}
    </Loaded>
  );
}

function Actions({ role, id }: { role: Role; id: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const [open, setOpen] = useState<'change' | 'remove' | null>(null);
  const remove = useMutation(
    trpc.identity.roles.remove.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.identity.roles.pathFilter()),
      onError: (error) => failed(`The role ${role.name} stays`, error),
      onSettled: () => setOpen(null),
    }),
  );
  const refusal = ({ allowed, reason }: Role['can']['change']) => (allowed ? undefined : (reason ?? 'Not now.'));
  return (
    <span className="inline-flex gap-2">
      <Button size="sm" label={`Change the role ${role.name}`} onClick={() => setOpen('change')} refused={refusal(role.can.change)}>
        Change
      </Button>
      <Button size="sm" tone="critical" label={`Remove the role ${role.name}`} onClick={() => setOpen('remove')} refused={refusal(role.can.remove)}>
        Remove
      </Button>
      <RoleDialog role={role} open={open === 'change'} close={() => setOpen(null)} />
      <AskDialog
        open={open === 'remove'}
        onOpenChange={(next) => setOpen(next ? 'remove' : null)}
        title={`Remove the role ${role.name}?`}
        description="Nobody has it. What was done under it stays in the audit."
        action="Remove it"
        busy={remove.isPending}
        onConfirm={() => remove.mutate({ id })}
      />
    </span>
  );
}
