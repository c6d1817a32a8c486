'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { parseLabels } from '../../_format/labels.ts';
import { Button } from '../../_ui/button.tsx';
import { CodeBlock } from '../../_ui/code-block.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { Field, Input, Textarea } from '../../_ui/field.tsx';
import { Select } from '../../_ui/select.tsx';

const lifetimes = { '1h': 3_600_000, '1d': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const;
type Lifetime = keyof typeof lifetimes;

/** Makes a token and shows it, with the command that uses it, this once. */
export function CreateTokenDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const [made, setMade] = useState<{ token: string; command: string } | null>(null);
  const close = () => {
    onOpenChange(false);
    setMade(null);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      wide
      title={made ? 'The token, shown this once' : 'Create an enrolment token'}
      description={made ? 'Only its hash is kept. Whoever has it can add a node until it expires or is used up.' : 'A node that shows it joins without a person, with the labels you give here.'}
      footer={
        made ? (
          <Button tone="primary" onClick={close}>
            Done
          </Button>
        ) : undefined
      }
    >
      {made ? (
        <div className="flex flex-col gap-3">
          <p className="text-dim">On the machine that is to become a node, in a checkout of Selvedge:</p>
          <CodeBlock code={made.command} label="Copy the command" />
          <p className="text-dim">The token alone:</p>
          <CodeBlock code={made.token} label="Copy the token" />
        </div>
      ) : open ? (
        <Form onMade={setMade} close={close} />
      ) : null}
    </Dialog>
  );
}

function Form({ onMade, close }: { onMade: (made: { token: string; command: string }) => void; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [label, setLabel] = useState('');
  const [labels, setLabels] = useState('');
  const [uses, setUses] = useState('1');
  const [lifetime, setLifetime] = useState<Lifetime>('1d');
  const parsed = parseLabels(labels);
  const usesNumber = Number(uses);
  const usesError = Number.isInteger(usesNumber) && usesNumber >= 1 && usesNumber <= 10_000 ? undefined : 'A whole number from 1 to 10,000.';
  const create = useMutation(
    trpc.enrollment.tokens.create.mutationOptions({
      onSuccess: async (made) => {
        onMade(made);
        await queryClient.invalidateQueries(trpc.enrollment.tokens.pathFilter());
      },
    }),
  );
  const { fields, general } = formFailureOf(create);
  return (
    <DialogForm
      action="Create"
      cancel={close}
      busy={create.isPending}
      refused={parsed.ok ? usesError : parsed.message}
      onSubmit={() => {
        if (parsed.ok) create.mutate({ label: label.trim(), labels: parsed.labels, uses: usesNumber, expiresAt: Date.now() + lifetimes[lifetime] });
      }}
    >
      <Field label="What it is for" error={fields['label'] ?? general}>
        <Input value={label} onValue={setLabel} required maxLength={64} placeholder="Plant 7, line 2" />
      </Field>
      <Field label="Labels for its nodes" optional description="key=value, one a line; fleets find the nodes by them" error={parsed.ok ? fields['labels'] : parsed.message}>
        <Textarea value={labels} onValue={setLabels} mono rows={3} spellCheck={false} placeholder="site=plant-7" />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="How many nodes" error={usesError ?? fields['uses']}>
          <Input value={uses} onValue={setUses} inputMode="numeric" required />
        </Field>
        <Field label="Expires" error={fields['expiresAt']}>
          <Select
            label="Expires"
            value={lifetime}
            onChange={setLifetime}
            className="w-full"
            options={[
              { value: '1h', label: 'In an hour' },
              { value: '1d', label: 'In a day' },
              { value: '7d', label: 'In 7 days' },
              { value: '30d', label: 'In 30 days' },
            ]}
          />
        </Field>
      </div>
    </DialogForm>
  );
}
