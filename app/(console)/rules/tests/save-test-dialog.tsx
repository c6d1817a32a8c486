'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ruleLimits } from '../../../../server/rules/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { plural } from '../../../_format/number.ts';
import { Button } from '../../../_ui/button.tsx';
import { Dialog } from '../../../_ui/dialog.tsx';
import { Field, Input } from '../../../_ui/field.tsx';
import type { PreviewControls } from '../../../_editor/use-preview.ts';
import { testOf } from './test-of-preview.ts';

/** Keeps the events of the preview and what the rule made of them as a case of the rule. */
export function SaveTestDialog({ open, onOpenChange, rule, preview }: { open: boolean; onOpenChange: (open: boolean) => void; rule: string; preview: PreviewControls }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const { recording, run } = preview.state;
  const save = useMutation({
    ...trpc.rules.saveTest.mutationOptions(),
    onSuccess: async () => {
      setName('');
      onOpenChange(false);
      await queryClient.invalidateQueries(trpc.rules.tests.queryFilter({ name: rule }));
    },
  });
  const submit = async () => {
    if (run === undefined) return;
    const events = await preview.client().events(ruleLimits.testEventsMax);
    save.mutate({ name: rule, test: testOf(name.trim(), events, run.result) });
  };
  const outputs = run?.result.streams.filter((one) => one.output) ?? [];
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Save as a test case"
      description={`${plural(recording?.events ?? 0, 'event')}, and what the rule makes of them now: ${outputs.map((one) => `${plural(one.count, 'row')} of ${one.name}`).join(', ')}.`}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button tone="primary" busy={save.isPending} refused={name.trim() === '' ? 'Give it a name first' : undefined} onClick={() => void submit()}>
            Save
          </Button>
        </>
      }
    >
      <Field label="Name" description="What it shows, such as ‘a valve that closes slowly’. A case of the same name is replaced." error={save.isError ? failureOf(save.error).message : undefined}>
        <Input value={name} onValue={setName} maxLength={128} />
      </Field>
    </Dialog>
  );
}
