'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Channel, ChannelSettings } from '../../../server/alerts/schema.ts';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { Select } from '../../_ui/select.tsx';
import { kindWords } from './notifications.tsx';

type Kind = Channel['kind'];
interface Entry {
  key: 'url' | 'secret' | 'routingKey' | 'smtp' | 'from' | 'to';
  label: string;
  optional?: true;
  type?: 'url' | 'password' | 'email';
  hint?: string;
}

const entries: Record<Kind, readonly Entry[]> = {
  webhook: [
    { key: 'url', label: 'Address', type: 'url' },
    { key: 'secret', label: 'Secret', optional: true, type: 'password', hint: 'At least 16 characters; each message is then signed with it.' },
  ],
  slack: [{ key: 'url', label: 'Incoming webhook', type: 'url' }],
  pagerduty: [
    { key: 'routingKey', label: 'Integration key', type: 'password' },
    { key: 'url', label: 'Address', optional: true, type: 'url', hint: 'For services that speak the same; PagerDuty’s own without it.' },
  ],
  email: [
    { key: 'smtp', label: 'Mail server', type: 'password', hint: 'As smtps://user:password@host:465' },
    { key: 'from', label: 'From', type: 'email' },
    { key: 'to', label: 'To', hint: 'Several with commas between them.' },
  ],
};

/** Adds a place where notifications go. What is secret in it is sealed and never shown again. */
export function CreateChannelDialog({ open, close }: { open: boolean; close: () => void }) {
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? undefined : close())} title="Add a channel" description="What is secret in it is kept sealed and never shown again.">
      {open ? <ChannelForm close={close} /> : null}
    </Dialog>
  );
}

function ChannelForm({ close }: { close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<Kind>('webhook');
  const [values, setValues] = useState<Partial<Record<Entry['key'], string>>>({});
  const create = useMutation(
    trpc.settings.notifications.createChannel.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.settings.pathFilter());
        close();
      },
    }),
  );
  const { fields, general } = formFailureOf(create);
  return (
    <DialogForm action="Add" cancel={close} busy={create.isPending} onSubmit={() => create.mutate({ name: name.trim(), settings: settingsOf(kind, values) })}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" error={fields['name'] ?? general}>
          <Input value={name} onValue={setName} maxLength={100} required placeholder="On call" />
        </Field>
        <Field label="Kind">
          <Select label="Kind" value={kind} onChange={setKind} className="w-full" options={(Object.keys(kindWords) as Kind[]).map((one) => ({ value: one, label: kindWords[one] }))} />
        </Field>
      </div>
      {entries[kind].map((entry) => (
        <Field key={`${kind} ${entry.key}`} label={entry.label} optional={entry.optional ?? false} description={entry.hint} error={fields[`settings.${entry.key}`]}>
          <Input type={entry.type ?? 'text'} autoComplete="off" required={entry.optional !== true} value={values[entry.key] ?? ''} onValue={(value) => setValues({ ...values, [entry.key]: value })} />
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
