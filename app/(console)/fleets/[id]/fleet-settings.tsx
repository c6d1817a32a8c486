'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Fleet } from '../../../../server/fleets/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { KeptBy } from '../../../_shell/kept-by.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Card, Grid } from '../../../_ui/card.tsx';
import { Field, Input, Textarea } from '../../../_ui/field.tsx';
import { Shape } from '../../../_ui/status.tsx';
import { useToast } from '../../../_ui/toast.tsx';
import { SelectorPreview, useSelectorPreview } from '../selector-preview.tsx';
import { readSettings, writeSettings, type SettingsText } from './settings-text.ts';

/** The selector with what a change of it would do, and what its nodes need to know of their place. */
export function FleetSettings({ fleet }: { fleet: Fleet }) {
  const refused = fleet.can.update.allowed ? undefined : (fleet.can.update.reason ?? 'It cannot be changed now.');
  return (
    <>
      <KeptBy kind="Fleet" name={fleet.name} />
      <Grid>
        <Selector fleet={fleet} refused={refused} />
        <Place fleet={fleet} refused={refused} />
      </Grid>
    </>
  );
}

function useUpdate(title: string) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  return useMutation(
    trpc.fleets.update.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.fleets.pathFilter());
        toast({ tone: 'info', title });
      },
    }),
  );
}

function Selector({ fleet, refused }: { fleet: Fleet; refused: string | undefined }) {
  const [selector, setSelector] = useState(fleet.selector);
  const [name, setName] = useState(fleet.name);
  const preview = useSelectorPreview(selector === fleet.selector ? '' : selector, fleet.id);
  const update = useUpdate('The fleet was changed');
  const failure = update.isError ? failureOf(update.error) : null;
  const changed = selector.trim() !== fleet.selector || name.trim() !== fleet.name;
  return (
    <Card title="Name and selector" span={6} padded>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          update.mutate({ id: fleet.id, version: fleet.version, ...(name.trim() !== fleet.name ? { name: name.trim() } : {}), ...(selector.trim() !== fleet.selector ? { selector: selector.trim() } : {}) });
        }}
      >
        <Field label="Name" error={failure?.fields['name']}>
          <Input value={name} onValue={setName} required maxLength={63} spellCheck={false} disabled={refused !== undefined} />
        </Field>
        <Field label="Selector" description={fleet.can.select.allowed ? 'Nodes whose labels match belong to the fleet.' : (fleet.can.select.reason ?? 'It cannot be changed now.')} error={preview.data?.error?.message ?? failure?.fields['selector']}>
          <Input value={selector} onValue={setSelector} required maxLength={1024} spellCheck={false} mono disabled={!fleet.can.select.allowed} />
        </Field>
        {selector.trim() !== fleet.selector ? <SelectorPreview preview={preview} /> : null}
        {failure && Object.keys(failure.fields).length === 0 ? <Refusal message={failure.message} /> : null}
        <div className="flex justify-end gap-2">
          <Button
            onClick={() => {
              setName(fleet.name);
              setSelector(fleet.selector);
              update.reset();
            }}
            refused={changed ? undefined : 'Nothing was changed.'}
          >
            Undo
          </Button>
          <Button tone="primary" type="submit" busy={update.isPending} refused={refused ?? (changed ? undefined : 'Nothing was changed.')}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Place({ fleet, refused }: { fleet: Fleet; refused: string | undefined }) {
  const [text, setText] = useState<SettingsText>(() => writeSettings(fleet.settings));
  const update = useUpdate('The settings were saved');
  const read = readSettings(text);
  const failure = update.isError ? failureOf(update.error) : null;
  const changed = JSON.stringify(text) !== JSON.stringify(writeSettings(fleet.settings));
  const set = (change: Partial<SettingsText>) => setText((before) => ({ ...before, ...change }));
  const field = (key: keyof SettingsText) => (read.ok ? undefined : read.errors[key]);
  return (
    <Card title="Settings of the place" subtitle="part of the next bundle" span={6} padded>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (read.ok) update.mutate({ id: fleet.id, version: fleet.version, settings: read.settings });
        }}
      >
        <Field
          label="Connectors"
          description={
            <>
              By type, one option a line: <code>kafka.brokers=10.0.3.4:9092</code>. Secrets by name: <code>{'${secret:NAME}'}</code>; labels of each node: <code>{'${label:NAME}'}</code>.
            </>
          }
          error={field('connectors')}
        >
          <Textarea value={text.connectors} onValue={(connectors) => set({ connectors })} mono rows={4} spellCheck={false} disabled={refused !== undefined} />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Store keeps events for" description="seconds" error={field('retentionSeconds')}>
            <Input value={text.retentionSeconds} onValue={(retentionSeconds) => set({ retentionSeconds })} inputMode="numeric" disabled={refused !== undefined} />
          </Field>
          <Field label="Store takes at most" description="megabytes" error={field('storeMegabytes')}>
            <Input value={text.storeMegabytes} onValue={(storeMegabytes) => set({ storeMegabytes })} inputMode="numeric" disabled={refused !== undefined} />
          </Field>
          <Field label="Reports figures every" description="milliseconds" error={field('telemetryIntervalMs')}>
            <Input value={text.telemetryIntervalMs} onValue={(telemetryIntervalMs) => set({ telemetryIntervalMs })} inputMode="numeric" disabled={refused !== undefined} />
          </Field>
          <Field label="Takes a checkpoint every" description="milliseconds" error={field('checkpointIntervalMs')}>
            <Input value={text.checkpointIntervalMs} onValue={(checkpointIntervalMs) => set({ checkpointIntervalMs })} inputMode="numeric" disabled={refused !== undefined} />
          </Field>
          <Field label="Telemetry takes at most" optional description="kilobytes a minute of each node; 8,192 when empty" error={field('telemetryKilobytes')}>
            <Input value={text.telemetryKilobytes} onValue={(telemetryKilobytes) => set({ telemetryKilobytes })} inputMode="numeric" disabled={refused !== undefined} />
          </Field>
        </div>
        {failure ? <Refusal message={failure.message} /> : null}
        <p className="text-dim">Nodes get these with the next deployment; what runs now is not changed by saving.</p>
        <div className="flex justify-end gap-2">
          <Button onClick={() => setText(writeSettings(fleet.settings))} refused={changed ? undefined : 'Nothing was changed.'}>
            Undo
          </Button>
          <Button tone="primary" type="submit" busy={update.isPending} refused={refused ?? (changed ? (read.ok ? undefined : 'A field is not right yet.') : 'Nothing was changed.')}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Refusal({ message }: { message: string }) {
  return (
    <p role="alert" className="flex gap-2 text-critical">
      <Shape tone="critical" className="mt-[3px]" />
      {message}
    </p>
  );
}
