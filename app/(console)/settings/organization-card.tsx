'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { failureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { useMe } from '../../_shell/me.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { Field, Input } from '../../_ui/field.tsx';

/** The organization's name, as it stands at the top of every page. */
export function OrganizationCard({ refused }: { refused: string | undefined }) {
  const me = useMe();
  return me === undefined ? null : <RenameForm key={me.organization.name} initialName={me.organization.name} refused={refused} />;
}

function RenameForm({ initialName, refused }: { initialName: string; refused: string | undefined }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState(initialName);
  const rename = useMutation(trpc.identity.organization.rename.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.identity.pathFilter()) }));
  const failure = rename.isError ? failureOf(rename.error) : null;
  const unchanged = name.trim() === initialName ? 'This is its name already.' : undefined;
  return (
    <Card title="Organization" padded>
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
    </Card>
  );
}
