'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { aliasSchema, type ModelDetail } from '../../../../server/models/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { useFailureToast } from '../../../_shell/loaded.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Dialog } from '../../../_ui/dialog.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { Field, Input } from '../../../_ui/field.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Select } from '../../../_ui/select.tsx';
import { useToast } from '../../../_ui/toast.tsx';

/** Where each alias points and pointed before, and the way to move it. Nodes follow only by a deployment. */
export function ModelAliases({ model }: { model: ModelDetail }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const [moving, setMoving] = useState<{ alias: string } | null>(null);
  const refused = model.can.setAlias.allowed ? undefined : model.can.setAlias.reason;
  const remove = useMutation(
    trpc.models.removeAlias.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.models.pathFilter()), onError: (error) => failed('The alias was not removed', error) }),
  );
  return (
    <>
      {model.aliases.length === 0 ? (
        <EmptyState kind="nothing-yet" title="No alias yet" action={<Button refused={refused} onClick={() => setMoving({ alias: 'champion' })}>Set champion</Button>}>
          Rules that name <code>{model.name}@champion</code> need one.
        </EmptyState>
      ) : (
        <>
          <ul className="divide-y divide-line">
            {model.aliases.map((alias) => (
              <li key={alias.name} className="px-4 py-2.5">
                <div className="flex items-center gap-2">
                  <span className="font-medium">{alias.name}</span>
                  <span className="text-dim">is version {alias.version}</span>
                  <span className="ml-auto flex gap-1">
                    <Button size="sm" refused={refused} onClick={() => setMoving({ alias: alias.name })}>Move</Button>
                    <Button size="sm" tone="quiet" refused={refused} busy={remove.isPending && remove.variables.alias === alias.name} onClick={() => remove.mutate({ name: model.name, alias: alias.name })}>Remove</Button>
                  </span>
                </div>
                <ol className="mt-1 text-sm text-faint">
                  {alias.history.slice(0, 4).map((move, index) => (
                    <li key={index}>
                      {move.version === null ? 'removed' : `to version ${move.version}`}, <RelativeTime at={move.at} /> by {move.by}
                    </li>
                  ))}
                </ol>
              </li>
            ))}
          </ul>
          <div className="border-t border-line px-4 py-2.5">
            <Button size="sm" refused={refused} onClick={() => setMoving({ alias: '' })}>Another alias</Button>
          </div>
        </>
      )}
      {moving === null ? null : <MoveAlias model={model} alias={moving.alias} close={() => setMoving(null)} />}
    </>
  );
}

function MoveAlias({ model, alias, close }: { model: ModelDetail; alias: string; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const [name, setName] = useState(alias);
  const now = model.aliases.find((each) => each.name === name)?.version;
  const [version, setVersion] = useState(String(model.versions.find((each) => each.version !== now)?.version ?? model.versions[0]?.version ?? 1));
  const problem = aliasSchema.safeParse(name).error?.issues[0]?.message;
  const set = useMutation(
    trpc.models.setAlias.mutationOptions({
      onSuccess: async (result) => {
        close();
        await queryClient.invalidateQueries(trpc.models.pathFilter());
        toast({ tone: 'positive', title: `${result.alias} is version ${result.version}`, description: 'Nodes go on with what they have until a deployment resolves the alias anew.' });
      },
    }),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : close())}
      title={alias === '' ? `A new alias of ${model.name}` : `Move ${alias}`}
      description={now === undefined ? undefined : `It is version ${now} now.`}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button tone="primary" busy={set.isPending} refused={problem} onClick={() => set.mutate({ name: model.name, alias: name, version: Number(version) })}>
            Set alias
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {alias === '' ? (
          <Field label="Alias" error={name === '' ? undefined : problem} description="Such as champion or challenger.">
            <Input mono value={name} onValue={setName} autoComplete="off" />
          </Field>
        ) : null}
        <Field label="Version" error={set.isError ? failureOf(set.error).message : undefined}>
          <Select value={version} onChange={setVersion} options={model.versions.map((each) => ({ value: String(each.version), label: `${each.version}`, hint: each.note.slice(0, 40) }))} />
        </Field>
      </div>
    </Dialog>
  );
}
