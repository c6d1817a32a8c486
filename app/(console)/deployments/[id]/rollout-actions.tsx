'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { DeploymentDetail } from '../../../../server/deployments/schema.ts';
import type { Permission } from '../../../../server/kernel/wire.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { plural } from '../../../_format/number.ts';
import { useCommands } from '../../../_shell/commands.tsx';
import { useFailureToast } from '../../../_shell/loaded.tsx';
import { AskDialog } from '../../../_ui/ask-dialog.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Field, Textarea } from '../../../_ui/field.tsx';

const refusalOf = (permission: Permission) => (permission.allowed ? undefined : (permission.reason ?? 'Not now'));

/** Pausing is one click; what takes nodes somewhere asks first and says how many. */
export function RolloutActions({ deployment }: { deployment: DeploymentDetail }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const [asking, setAsking] = useState<'rollBack' | 'cancel' | null>(null);
  const settled = { onSuccess: () => queryClient.invalidateQueries(trpc.deployments.pathFilter()) };
  const pause = useMutation(trpc.deployments.pause.mutationOptions({ ...settled, onError: (error) => failed('The rollout was not paused', error) }));
  const resume = useMutation(trpc.deployments.resume.mutationOptions({ ...settled, onError: (error) => failed('The rollout was not resumed', error) }));
  const retry = useMutation(trpc.deployments.retryFailed.mutationOptions({ ...settled, onError: (error) => failed('Nothing was retried', error) }));
  const allow = useMutation(trpc.deployments.allow.mutationOptions({ ...settled, onError: (error) => failed('It was not allowed again', error) }));
  const { can, id, nodes } = deployment;
  const moved = nodes.running + nodes.applying + nodes.failed + nodes.offline;
  useCommands([
    { label: 'Pause this rollout', shortcut: 'p', run: () => pause.mutate({ id }), refused: refusalOf(can.pause) },
    { label: 'Resume this rollout', shortcut: 'r', run: () => resume.mutate({ id }), refused: refusalOf(can.resume) },
    { label: 'Roll this deployment back', run: () => setAsking('rollBack'), refused: refusalOf(can.rollBack) },
  ]);
  return (
    <>
      {can.resume.allowed ? (
        // What stopped itself found a reason to: going on is not what is offered first.
        <Button tone={deployment.state === 'Paused' ? 'primary' : 'plain'} busy={resume.isPending} onClick={() => resume.mutate({ id })}>Resume</Button>
      ) : (
        <Button busy={pause.isPending} refused={refusalOf(can.pause)} onClick={() => pause.mutate({ id })}>Pause</Button>
      )}
      {nodes.failed > 0 ? <Button busy={retry.isPending} refused={refusalOf(can.retryFailed)} onClick={() => retry.mutate({ id })}>Retry {plural(nodes.failed, 'failed node')}</Button> : null}
      {deployment.excludedBecause !== null && !can.resume.allowed ? <Button busy={allow.isPending} refused={refusalOf(can.allow)} onClick={() => allow.mutate({ id })}>Allow again</Button> : null}
      <Button refused={refusalOf(can.cancel)} onClick={() => setAsking('cancel')}>Cancel</Button>
      <Button tone="critical" refused={refusalOf(can.rollBack)} onClick={() => setAsking('rollBack')}>Roll back</Button>
      {asking === 'rollBack' ? <Ask id={id} kind="rollBack" close={() => setAsking(null)} title={`Roll back ${deployment.fleet.name}?`} description={`${plural(moved, 'node')} that got this bundle get ${deployment.previousBundle === null ? 'nothing to run' : 'the one before'} again, as a new generation.`} action="Roll back" /> : null}
      {asking === 'cancel' ? <Ask id={id} kind="cancel" close={() => setAsking(null)} title="Cancel this rollout?" description={`No further node is told. ${plural(moved, 'node')} that already got this bundle keep it, so the fleet stays mixed.`} action="Cancel the rollout" /> : null}
    </>
  );
}

function Ask({ id, kind, title, description, action, close }: { id: string; kind: 'rollBack' | 'cancel'; title: string; description: string; action: string; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  const mutation = useMutation(
    trpc.deployments[kind].mutationOptions({
      onSuccess: async () => {
        close();
        await queryClient.invalidateQueries(trpc.deployments.pathFilter());
      },
    }),
  );
  return (
    <AskDialog
      open
      onOpenChange={(open) => (open ? undefined : close())}
      title={title}
      description={description}
      keep="Leave it"
      action={action}
      busy={mutation.isPending}
      onConfirm={() => mutation.mutate({ id, ...(reason === '' ? {} : { reason }) })}
    >
      <Field label="Why" optional description="Stands in the audit and beside the decision." error={mutation.isError ? failureOf(mutation.error).message : undefined}>
        <Textarea value={reason} onValue={setReason} maxLength={512} />
      </Field>
    </AskDialog>
  );
}
