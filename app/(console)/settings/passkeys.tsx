'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { passkeySchema } from '../../../server/identity/schema.ts';
import { makePasskey } from '../../_data/passkeys.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Loaded, useFailureToast } from '../../_shell/loaded.tsx';
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

type Passkey = z.infer<typeof passkeySchema>;

const columns: readonly Column<Passkey>[] = [
  { id: 'name', header: 'Passkey', cell: (passkey) => <span className="font-medium">{passkey.name}</span> },
  { id: 'made', header: 'Made', numeric: true, from: 'sm', cell: (passkey) => <RelativeTime at={passkey.createdAt} /> },
  { id: 'used', header: 'Last used', numeric: true, cell: (passkey) => (passkey.lastUsedAt === null ? <span className="text-faint">never</span> : <RelativeTime at={passkey.lastUsedAt} />) },
  { id: 'act', header: '', numeric: true, cell: (passkey) => <Remove passkey={passkey} /> },
];

/** Devices that sign this person in by themselves, behind their own lock. */
export function Passkeys() {
  const trpc = useTRPC();
  const list = useQuery(trpc.identity.passkeys.list.queryOptions());
  const possible = useQuery(trpc.identity.ways.queryOptions()).data?.passkeys;
  const [adding, setAdding] = useState(false);
  const refused = possible === false ? 'Browsers have passkeys for names under TLS only, and this console’s public address is none.' : undefined;
  const add = (
    <Button size="sm" onClick={() => setAdding(true)} refused={refused}>
      Add a passkey
    </Button>
  );
  return (
    <Card title="Passkeys" subtitle="sign in by a device, in place of password and code" actions={list.data === undefined || list.data.items.length === 0 ? undefined : add}>
      <Loaded query={list} what="your passkeys" skeleton={<SkeletonRows rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState kind="nothing-yet" title="No passkey yet" action={add}>
              A phone, a computer or a security key keeps it, and gives it out after its own code, finger or face. Nobody can guess it or ask you for it elsewhere.
            </EmptyState>
          ) : (
            <DataTable columns={columns} rows={items} rowKey={(passkey) => passkey.id} label="Your passkeys" />
          )
        }
      </Loaded>
      <Dialog open={adding} onOpenChange={setAdding} title="Add a passkey" description="The browser asks your device next.">
        {adding ? <AddForm close={() => setAdding(false)} /> : null}
      </Dialog>
    </Card>
  );
}

function AddForm({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ password?: string; general?: string }>({});
  const add = async () => {
    setBusy(true);
    setRefusal({});
    const answer = await makePasskey(name.trim(), password);
    setBusy(false);
    if (!answer.ok) return setRefusal(answer.wrongPassword ? { password: 'This is not your password.' } : { general: answer.message });
    close();
    return queryClient.invalidateQueries(trpc.identity.pathFilter());
  };
  return (
    <DialogForm action="Go on" cancel={close} busy={busy} onSubmit={() => void add()}>
      <Field label="Name of the device" error={refusal.general}>
        <Input value={name} onValue={setName} maxLength={64} required placeholder="My phone" />
      </Field>
      <Field label="Your password" error={refusal.password}>
        <Input type="password" autoComplete="current-password" value={password} onValue={setPassword} maxLength={128} required />
      </Field>
    </DialogForm>
  );
}

function Remove({ passkey }: { passkey: Passkey }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const [asking, setAsking] = useState(false);
  const remove = useMutation(
    trpc.identity.passkeys.remove.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.identity.passkeys.pathFilter()),
      onError: (error) => failed(`${passkey.name} stays`, error),
      onSettled: () => setAsking(false),
    }),
  );
  return (
    <>
      <Button size="sm" tone="critical" label={`Remove the passkey ${passkey.name}`} onClick={() => setAsking(true)}>
        Remove
      </Button>
      <AskDialog open={asking} onOpenChange={setAsking} title={`Remove ${passkey.name}?`} description="It signs you in no more. The device may go on offering it until you remove it there, too." action="Remove it" busy={remove.isPending} onConfirm={() => remove.mutate({ id: passkey.id })} />
    </>
  );
}
