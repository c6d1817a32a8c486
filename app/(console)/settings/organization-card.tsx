'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { failureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { useFailureToast } from '../../_shell/loaded.tsx';
import { useMe } from '../../_shell/me.tsx';
import { AskDialog } from '../../_ui/ask-dialog.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { Switch } from '../../_ui/switch.tsx';

/** The organization's name, as it stands at the top of every page, and what it asks of everybody who signs in. */
export function OrganizationCard({ refused }: { refused: string | undefined }) {
  const me = useMe();
  if (me === undefined) return null;
  return (
    <Card title="Organization" padded>
      <div className="flex flex-col gap-5">
        <RenameForm key={me.organization.name} initialName={me.organization.name} refused={refused} />
        <Demand required={me.organization.requiresSecondFactor} refused={refused} />
      </div>
    </Card>
  );
}

function RenameForm({ initialName, refused }: { initialName: string; refused: string | undefined }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState(initialName);
  const rename = useMutation(trpc.identity.organization.rename.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.identity.pathFilter()) }));
  const failure = rename.isError ? failureOf(rename.error) : null;
  const unchanged = name.trim() === initialName ? 'This is its name already.' : undefined;
  return (
    <form
      className="flex max-w-[480px] items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (refused === undefined && unchanged === undefined) rename.mutate({ name: name.trim() });
      }}
    >
      <div className="flex-1">
        <Field label="Name" error={failure === null ? undefined : (failure.fields['name'] ?? failure.message)}>
          <Input value={name} onValue={setName} maxLength={100} required disabled={refused !== undefined} />
        </Field>
      </div>
      <Button type="submit" busy={rename.isPending} refused={refused ?? unchanged}>
        Rename
      </Button>
    </form>
  );
}

/** A code of an app, a passkey or the provider’s word, beside the password. */
function Demand({ required, refused }: { required: boolean; refused: string | undefined }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const [asking, setAsking] = useState(false);
  const demand = useMutation(
    trpc.identity.organization.demandSecondFactor.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(),
      onError: (error) => failed('Nothing was changed', error),
      onSettled: () => setAsking(false),
    }),
  );
  return (
    <div>
      <Switch label="Ask everybody for a second factor" checked={required} disabled={refused !== undefined || demand.isPending} onChange={(next) => (next ? setAsking(true) : demand.mutate({ required: false }))} />
      <p className="mt-1 text-sm text-dim">A passkey, a code of an authenticator app, or what the provider asks for. API tokens are not asked.</p>
      <AskDialog
        open={asking}
        onOpenChange={setAsking}
        title="Ask everybody for a second factor?"
        description="Sessions that have shown none, maybe your own among them, then open nothing but the person’s own account until they add a passkey or an authenticator app."
        action="Ask for it"
        busy={demand.isPending}
        onConfirm={() => demand.mutate({ required: true })}
      />
    </div>
  );
}
