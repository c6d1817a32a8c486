'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Channel, ChannelSettings } from '../../../server/alerts/schema.ts';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { channelWords } from '../../_domain/alert-words.ts';
import { KeptBy } from '../../_shell/kept-by.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { Select } from '../../_ui/select.tsx';

type Kind = Channel['kind'];
interface Entry {
  key: 'url' | 'secret' | 'routingKey' | 'smtp' | 'from' | 'to';
  label: string;
  optional?: true;
  type?: 'password' | 'email';
  hint?: string;
}

const entries: Record<Kind, readonly Entry[]> = {
  webhook: [
    { key: 'url', label: 'Address' },
    { key: 'secret', label: 'Secret', optional: true, type: 'password', hint: 'At least 16 characters; each message is then signed with it.' },
  ],
  slack: [{ key: 'url', label: 'Incoming webhook' }],
  pagerduty: [
    { key: 'routingKey', label: 'Integration key', type: 'password' },
    { key: 'url', label: 'Address', optional: true, hint: 'For services that speak the same; PagerDuty’s own without it.' },
  ],
  email: [
    { key: 'smtp', label: 'Mail server', type: 'password', hint: 'As smtps://user:password@host:465' },
    { key: 'from', label: 'From', type: 'email' },
    { key: 'to', label: 'To', hint: 'Several with commas between them.' },
  ],
};

/** Adds a place where notifications go, or changes `channel`. What is secret in it is sealed and never shown again. */
export function ChannelDialog({ open, close, channel }: { open: boolean; close: () => void; channel?: Channel }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? undefined : close())}
      title={channel === undefined ? 'Add a channel' : `Change ${channel.name}`}
      description={channel === undefined ? 'What is secret in it is kept sealed and never shown again. ${secret:NAME} stands for a secret that is kept by its name.' : `It goes to ${channel.target}, and goes on to while the rest is left empty: what it knows is sealed and not shown.`}
    >
      {open && channel !== undefined ? <KeptBy kind="Channel" name={channel.name} /> : null}
      {open ? <ChannelForm close={close} channel={channel} /> : null}
    </Dialog>
  );
}

function ChannelForm({ close, channel }: { close: () => void; channel: Channel | undefined }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState(channel?.name ?? '');
  const [kind, setKind] = useState<Kind>(channel?.kind ?? 'webhook');
  const [values, setValues] = useState<Partial<Record<Entry['key'], string>>>({});
  const onSuccess = async () => {
    await queryClient.invalidateQueries(trpc.settings.pathFilter());
    close();
  };
  const create = useMutation(trpc.settings.notifications.createChannel.mutationOptions({ onSuccess }));
  const change = useMutation(trpc.settings.notifications.changeChannel.mutationOptions({ onSuccess }));
  const { fields, general } = formFailureOf(channel === undefined ? create : change);
  const staysWhereItGoes = kind === channel?.kind && entries[kind].every(({ key }) => (values[key] ?? '') === '');
  const submit = () => {
    const settings = staysWhereItGoes ? undefined : settingsOf(kind, values);
    if (channel !== undefined) change.mutate({ id: channel.id, name: name.trim(), ...(settings !== undefined && { settings }) });
    else if (settings !== undefined) create.mutate({ name: name.trim(), settings });
  };
  return (
    <DialogForm action={channel === undefined ? 'Add' : 'Change'} cancel={close} busy={create.isPending || change.isPending} onSubmit={submit}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" error={fields['name'] ?? general}>
          <Input value={name} onValue={setName} maxLength={100} required placeholder="On call" />
        </Field>
        <Field label="Kind">
          <Select label="Kind" value={kind} onChange={setKind} className="w-full" options={(Object.keys(channelWords) as Kind[]).map((one) => ({ value: one, label: channelWords[one] }))} />
        </Field>
      </div>
      {entries[kind].map((entry) => (
        <Field key={`${kind} ${entry.key}`} label={entry.label} optional={entry.optional === true || staysWhereItGoes} description={entry.hint} error={fields[`settings.${entry.key}`]}>
          <Input type={entry.type ?? 'text'} autoComplete="off" required={entry.optional !== true && !staysWhereItGoes} value={values[entry.key] ?? ''} onValue={(value) => setValues({ ...values, [entry.key]: value })} />
        </Field>
      ))}
    </DialogForm>
  );
}

function settingsOf(kind: Kind, values: Partial<Record<Entry['key'], string>>): ChannelSettings {
  const { url = '', secret = '', routingKey = '', smtp = '', from = '', to = '' } = values;
  switch (kind) {
    case 'webhook':
      return { kind, url, ...(secret !== '' && { secret }) };
    case 'slack':
      return { kind, url };
    case 'pagerduty':
      return { kind, routingKey, url: url === '' ? 'https://events.pagerduty.com/v2/enqueue' : url };
    case 'email':
      return { kind, smtp, from, to: to.split(',').map((one) => one.trim()).filter((one) => one !== '') };
  }
}
