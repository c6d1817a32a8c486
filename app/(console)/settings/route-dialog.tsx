'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { alertSourceSchema, severitySchema, type Channel, type Route, type Severity } from '../../../server/alerts/schema.ts';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { sourceWords } from '../../_domain/alert-words.ts';
import { everyFleet, FleetFinder } from '../../_domain/fleet-finder.tsx';
import { KeptBy } from '../../_shell/kept-by.tsx';
import { Checkbox } from '../../_ui/checkbox.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { Disclosure } from '../../_ui/disclosure.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { Select } from '../../_ui/select.tsx';

/** Says whom to tell of what: another route, or `route` otherwise than so far. */
export function RouteDialog({ open, close, channels, route }: { open: boolean; close: () => void; channels: readonly Channel[]; route?: Route }) {
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? undefined : close())} title={route === undefined ? 'Add a route' : `Change ${route.name}`} description="Every alert that it fits goes to its channels, once to each.">
      {open && route !== undefined ? <KeptBy kind="Route" name={route.name} /> : null}
      {open ? <RouteForm close={close} channels={channels} route={route} /> : null}
    </Dialog>
  );
}

function RouteForm({ close, channels, route }: { close: () => void; channels: readonly Channel[]; route: Route | undefined }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState(route?.name ?? '');
  const [severityMin, setSeverityMin] = useState<Severity>(route?.severityMin ?? 'warning');
  const [sources, setSources] = useState<Route['sources']>(route?.sources ?? []);
  const [rule, setRule] = useState(route?.rule ?? '');
  const [fleet, setFleet] = useState(route?.fleet?.id ?? everyFleet.value);
  const [chosen, setChosen] = useState<readonly string[]>((route?.channels ?? (channels.length === 1 ? channels : [])).map(({ id }) => id));
  const [tellsResolved, setTellsResolved] = useState(route?.tellsResolved ?? true);
  const onSuccess = async () => {
    await queryClient.invalidateQueries(trpc.settings.pathFilter());
    close();
  };
  const create = useMutation(trpc.settings.notifications.createRoute.mutationOptions({ onSuccess }));
  const change = useMutation(trpc.settings.notifications.changeRoute.mutationOptions({ onSuccess }));
  const { fields, general } = formFailureOf(route === undefined ? create : change);
  const submit = () => {
    const wanted = { name: name.trim(), severityMin, sources, channels: [...chosen], tellsResolved, ...(rule.trim() !== '' && { rule: rule.trim() }), ...(fleet !== everyFleet.value && { fleet }) };
    if (route === undefined) create.mutate(wanted);
    else change.mutate({ id: route.id, ...wanted });
  };
  return (
    <DialogForm action={route === undefined ? 'Add' : 'Change'} cancel={close} busy={create.isPending || change.isPending} refused={chosen.length === 0 ? 'Choose a channel.' : undefined} onSubmit={submit}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" error={fields['name'] ?? general}>
          <Input value={name} onValue={setName} maxLength={100} required placeholder="Everything critical" />
        </Field>
        <Field label="Severity, at least">
          <Select label="Severity, at least" value={severityMin} onChange={setSeverityMin} className="w-full" options={severitySchema.options.map((one) => ({ value: one, label: one }))} />
        </Field>
        <Field label="Fleet" error={fields['fleet']}>
          <FleetFinder chosen={fleet} onChange={setFleet} />
        </Field>
        <Field label="Of one rule only" optional error={fields['rule']}>
          <Input value={rule} onValue={setRule} maxLength={256} />
        </Field>
      </div>
      <Disclosure title="About" summary={sources.length === 0 ? 'everything' : `${sources.length} of ${alertSourceSchema.options.length} kinds`} open={sources.length > 0}>
        <div className="grid gap-1.5 sm:grid-cols-2">
          {alertSourceSchema.options.map((source) => (
            <Checkbox key={source} label={sourceWords[source]} checked={sources.includes(source)} onChange={(on) => setSources(toggled(sources, source, on))} />
          ))}
        </div>
        <p className="text-sm text-dim">With none chosen it tells of everything.</p>
      </Disclosure>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1.5 font-medium">Channels</legend>
        {channels.map((channel) => (
          <Checkbox key={channel.id} label={channel.name} checked={chosen.includes(channel.id)} onChange={(on) => setChosen(toggled(chosen, channel.id, on))} />
        ))}
      </fieldset>
      <Checkbox label="Also tell when it is over" checked={tellsResolved} onChange={setTellsResolved} />
    </DialogForm>
  );
}

function toggled<T>(chosen: readonly T[], one: T, on: boolean): T[] {
  return on ? [...chosen, one] : chosen.filter((other) => other !== one);
}
