'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { NotificationSecret } from '../../../server/alerts/schema.ts';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Loaded } from '../../_shell/loaded.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { AskDialog } from '../../_ui/ask-dialog.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';

const columns: readonly Column<NotificationSecret>[] = [
  { id: 'name', header: 'Secret', mono: true, cell: ({ name }) => name },
  { id: 'used', header: 'Named by', from: 'sm', cell: ({ usedBy }) => usedBy.join(', ') || <span className="text-faint">no channel</span> },
  { id: 'by', header: 'Set by', from: 'lg', cell: ({ setBy }) => setBy },
  { id: 'at', header: 'Set', numeric: true, from: 'sm', cell: ({ setAt }) => <RelativeTime at={setAt} /> },
  { id: 'act', header: '', numeric: true, cell: (secret) => <SecretActions secret={secret} /> },
];

/** Secrets by name, for channels and the documents that say how channels are to be. */
export function NotificationSecrets({ refused }: { refused: string | undefined }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.settings.notifications.secrets.queryOptions());
  const [adding, setAdding] = useState(false);
  return (
    <Card title="Secrets" subtitle="what channels name as ${secret:NAME}" actions={<Button size="sm" refused={refused} onClick={() => setAdding(true)}>Add a secret</Button>}>
      <Loaded query={query} what="the secrets" skeleton={<SkeletonRows rows={1} columns={4} />}>
        {({ secrets }) => (secrets.length === 0 ? <EmptyState kind="nothing-yet" title="No secret has a name yet">A document of a repository says which secret a channel goes by, and never what it is.</EmptyState> : <DataTable columns={columns} rows={secrets} rowKey={({ name }) => name} label="Secrets" total={secrets.length} />)}
      </Loaded>
      <SecretDialog open={adding} close={() => setAdding(false)} />
    </Card>
  );
}

function SecretActions({ secret: { name } }: { secret: NotificationSecret }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refused = useRefusal('settings:write', 'Administrators');
  const [doing, setDoing] = useState<'replace' | 'remove' | null>(null);
  const remove = useMutation(trpc.settings.notifications.removeSecret.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.settings.pathFilter()) }));
  return (
    <span className="inline-flex gap-1.5">
      <Button size="sm" refused={refused} onClick={() => setDoing('replace')}>
        Replace
      </Button>
      <Button size="sm" tone="critical" refused={refused} onClick={() => setDoing('remove')}>
        Remove
      </Button>
      <SecretDialog open={doing === 'replace'} close={() => setDoing(null)} named={name} />
      <AskDialog
        open={doing === 'remove'}
        onOpenChange={(open) => setDoing(open ? 'remove' : null)}
        title={`Remove ${name}?`}
        description="It is forgotten. While a channel names it, it stays."
        action="Remove"
        busy={remove.isPending}
        error={remove.error?.message}
        onConfirm={() => remove.mutate({ name })}
      />
    </span>
  );
}

function SecretDialog({ open, close, named }: { open: boolean; close: () => void; named?: string }) {
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? undefined : close())} title={named === undefined ? 'Add a secret' : `Replace ${named}`} description="It is kept sealed and never shown again. What is sent from then on goes by it.">
      {open ? <SecretForm close={close} named={named} /> : null}
    </Dialog>
  );
}

function SecretForm({ close, named }: { close: () => void; named: string | undefined }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState(named ?? '');
  const [secret, setSecret] = useState('');
  const set = useMutation(
    trpc.settings.notifications.setSecret.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.settings.pathFilter());
        close();
      },
    }),
  );
  const { fields, general } = formFailureOf(set);
  return (
    <DialogForm action={named === undefined ? 'Add' : 'Replace'} cancel={close} busy={set.isPending} onSubmit={() => set.mutate({ name: name.trim(), secret })}>
      {named === undefined ? (
        <Field label="Name" description="As documents write it: ${secret:NAME}" error={fields['name'] ?? general}>
          <Input value={name} onValue={setName} maxLength={64} required placeholder="slack-desk" />
        </Field>
      ) : null}
      <Field label="Secret" description="An incoming webhook’s whole address, an integration key, or a mail server as smtps://user:password@host:465" error={fields['secret'] ?? (named === undefined ? undefined : general)}>
        <Input type="password" autoComplete="off" required maxLength={2048} value={secret} onValue={setSecret} />
      </Field>
    </DialogForm>
  );
}
