'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { severitySchema, type Channel, type Severity } from '../../../server/alerts/schema.ts';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Checkbox } from '../../_ui/checkbox.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { Select } from '../../_ui/select.tsx';

/** Says whom to tell of what. */
export function CreateRouteDialog({ open, close, channels }: { open: boolean; close: () => void; channels: readonly Channel[] }) {
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? undefined : close())} title="Add a route" description="Every alert that it fits goes to its channels, once to each.">
      {open ? <RouteForm close={close} channels={channels} /> : null}
    </Dialog>
  );
}

function RouteForm({ close, channels }: { close: () => void; channels: readonly Channel[] }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [severityMin, setSeverityMin] = useState<Severity>('warning');
  const [rule, setRule] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(channels.length === 1 ? channels.map((channel) => channel.id) : []));
  const [tellsResolved, setTellsResolved] = useState(true);
  const create = useMutation(
    trpc.settings.notifications.createRoute.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.settings.pathFilter());
        close();
      },
    }),
  );
  const { fields, general } = formFailureOf(create);
  return (
    <DialogForm
      action="Add"
      cancel={close}
      busy={create.isPending}
      refused={chosen.size === 0 ? 'Choose a channel.' : undefined}
      onSubmit={() => create.mutate({ name: name.trim(), severityMin, channels: [...chosen], tellsResolved, ...(rule.trim() !== '' && { rule: rule.trim() }) })}
    >
      <Field label="Name" error={fields['name'] ?? general}>
        <Input value={name} onValue={setName} maxLength={100} required placeholder="Everything critical" />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Severity, at least">
          <Select label="Severity, at least" value={severityMin} onChange={setSeverityMin} className="w-full" options={severitySchema.options.map((one) => ({ value: one, label: one }))} />
        </Field>
        <Field label="Of one rule only" optional error={fields['rule']}>
          <Input value={rule} onValue={setRule} maxLength={256} />
        </Field>
      </div>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1.5 font-medium">Channels</legend>
        {channels.map((channel) => (
          <Checkbox
            key={channel.id}
            label={channel.name}
            checked={chosen.has(channel.id)}
            onChange={(checked) => {
              const next = new Set(chosen);
              if (checked) next.add(channel.id);
              else next.delete(channel.id);
              setChosen(next);
            }}
          />
        ))}
      </fieldset>
      <Checkbox label="Also tell when it is over" checked={tellsResolved} onChange={setTellsResolved} />
    </DialogForm>
  );
}
