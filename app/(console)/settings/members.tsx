'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { listMembersOutput } from '../../../server/identity/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { reachNames, reachWords } from '../../_domain/reach.ts';
import { Loaded, useFailureToast } from '../../_shell/loaded.tsx';
import { AskDialog } from '../../_ui/ask-dialog.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { Chip } from '../../_ui/chip.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { Tooltip } from '../../_ui/tooltip.tsx';
import { AccessDialog } from './access-dialog.tsx';
import { roleLabel } from './roles.ts';

type MemberList = z.infer<typeof listMembersOutput>;
type Member = MemberList['items'][number];
type Invitation = MemberList['invitations'][number];

const memberColumns: readonly Column<Member>[] = [
  {
    id: 'name', header: 'Member', cell: (member) => (
      <span className="inline-flex items-center gap-2">
        <span className="font-medium">{member.name}</span>
        {member.isYou ? <Chip>you</Chip> : null}
      </span>
    ),
  },
  { id: 'email', header: 'E-mail', from: 'sm', cell: (member) => member.email },
  { id: 'role', header: 'Role', cell: (member) => <RolesOf member={member} /> },
  { id: 'factor', header: 'Second factor', from: 'md', cell: (member) => <SecondFactorOf member={member} /> },
  { id: 'seen', header: 'Last signed in', numeric: true, from: 'lg', cell: (member) => (member.lastSignInAt === null ? <span className="text-faint">no session</span> : <RelativeTime at={member.lastSignInAt} />) },
  { id: 'joined', header: 'Joined', numeric: true, from: 'lg', cell: (member) => <RelativeTime at={member.joinedAt} /> },
  {
    id: 'act', header: '', numeric: true, cell: (member) => (
      <span className="inline-flex gap-2">
        <Change member={member} />
        <Remove member={member} />
      </span>
    ),
  },
];

const invitationColumns: readonly Column<Invitation>[] = [
  { id: 'name', header: 'Invited', cell: (invitation) => <span className="font-medium">{invitation.name}</span> },
  { id: 'email', header: 'E-mail', from: 'sm', cell: (invitation) => invitation.email },
  { id: 'role', header: 'Role', cell: (invitation) => <RoleOf {...invitation} /> },
  { id: 'expires', header: 'Expires', numeric: true, from: 'sm', cell: (invitation) => <RelativeTime at={invitation.expiresAt} /> },
  { id: 'act', header: '', numeric: true, cell: (invitation) => <Withdraw invitation={invitation} /> },
];

/** The people of the organization, and who was asked to become one. */
export function Members() {
  const trpc = useTRPC();
  const list = useQuery(trpc.identity.members.list.queryOptions());
  return (
    <Loaded query={list} what="the members" skeleton={<SkeletonRows rows={4} columns={5} />}>
      {({ items, invitations }) => (
        <>
          <Card>
            <DataTable columns={memberColumns} rows={items} rowKey={(member) => member.id} label="Members" />
          </Card>
          {invitations.length > 0 ? (
            <Card title="Open invitations" subtitle="each works once">
              <DataTable columns={invitationColumns} rows={invitations} rowKey={(invitation) => invitation.id} label="Open invitations" />
            </Card>
          ) : null}
        </>
      )}
    </Loaded>
  );
}

/** Every role of a member, each with where it holds. */
function RolesOf({ member }: { member: Member }) {
  return (
    <span className="flex flex-col">
      {[member, ...member.also].map((grant, index) => (
        <RoleOf key={index} role={grant.role} fleets={grant.fleets} />
      ))}
    </span>
  );
}

function RoleOf({ role, fleets }: Pick<Invitation, 'role' | 'fleets'>) {
  const words = reachWords(fleets);
  const shown = (
    <>
      {roleLabel(role)}
      {words === '' ? null : <span className="text-dim"> {words}</span>}
    </>
  );
  if (fleets === null || fleets.length < 3) return <span>{shown}</span>;
  return (
    <Tooltip content={reachNames(fleets).join(', ')}>
      <span tabIndex={0}>{shown}</span>
    </Tooltip>
  );
}

function Change({ member }: { member: Member }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" label={`Change what ${member.name} may do`} onClick={() => setOpen(true)} refused={member.can.setAccess.allowed ? undefined : (member.can.setAccess.reason ?? 'Not now.')}>
        Change
      </Button>
      <AccessDialog member={member} open={open} close={() => setOpen(false)} />
    </>
  );
}

/** Whether a code is asked for; an administrator takes it back for who has lost what gives it. */
function SecondFactorOf({ member }: { member: Member }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const [asking, setAsking] = useState(false);
  const reset = useMutation(
    trpc.identity.members.resetSecondFactor.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.identity.pathFilter()),
      onError: (error) => failed(`${member.name} keeps the second factor`, error),
      onSettled: () => setAsking(false),
    }),
  );
  const factors = [...(member.secondFactor ? ['code'] : []), ...(member.passkeys > 0 ? ['passkey'] : [])];
  if (factors.length === 0) return <span className="text-faint">off</span>;
  return (
    <span className="inline-flex items-center gap-2">
      {factors.join(', ')}
      {member.can.resetSecondFactor.allowed ? <Button size="sm" onClick={() => setAsking(true)}>Reset</Button> : null}
      <AskDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Reset the second factor of ${member.name}?`}
        description="For who has lost what gives the codes or holds the passkeys: both are forgotten, and the password alone signs in until the person has another."
        action="Reset it"
        busy={reset.isPending}
        onConfirm={() => reset.mutate({ id: member.id })}
      />
    </span>
  );
}

function Remove({ member }: { member: Member }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const [asking, setAsking] = useState(false);
  const remove = useMutation(
    trpc.identity.members.remove.mutationOptions({
      onSuccess: async () => {
        setAsking(false);
        await queryClient.invalidateQueries(trpc.identity.pathFilter());
      },
      onError: (error) => failed(`${member.name} was not removed`, error),
    }),
  );
  return (
    <>
      <Button size="sm" tone="critical" onClick={() => setAsking(true)} refused={member.can.remove.allowed ? undefined : (member.can.remove.reason ?? 'Not now.')}>
        Remove
      </Button>
      <AskDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Remove ${member.name}?`}
        description="Their sessions end at once. What they did stays in the audit, and API tokens that they made stay valid."
        action={`Remove ${member.name}`}
        busy={remove.isPending}
        onConfirm={() => remove.mutate({ id: member.id })}
      />
    </>
  );
}

function Withdraw({ invitation }: { invitation: Invitation }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const withdraw = useMutation(
    trpc.identity.members.revokeInvitation.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.identity.members.pathFilter()),
      onError: (error) => failed('The invitation stands', error),
    }),
  );
  return (
    <Button size="sm" tone="critical" busy={withdraw.isPending} onClick={() => withdraw.mutate({ id: invitation.id })}>
      Withdraw
    </Button>
  );
}
