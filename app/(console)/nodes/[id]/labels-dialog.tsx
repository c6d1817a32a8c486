'use client';
import { skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { parseLabels, writeLabels } from '../../../_format/labels.ts';
import { Dialog } from '../../../_ui/dialog.tsx';
import { DialogForm } from '../../../_ui/dialog-form.tsx';
import { Field, Textarea } from '../../../_ui/field.tsx';
import { Shape } from '../../../_ui/status.tsx';
import { useToast } from '../../../_ui/toast.tsx';

/** Edits labels and says, before they are saved, which fleet they would put the node in. */
export function LabelsDialog({ node, open, onOpenChange }: { node: NodeDetail; open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={`Labels of ${node.name}`} description="Fleets find their nodes by labels; a change can move this node to another fleet and so change what it runs.">
      {open ? <Form node={node} close={() => onOpenChange(false)} /> : null}
    </Dialog>
  );
}

function Form({ node, close }: { node: NodeDetail; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const [text, setText] = useState(() => writeLabels(node.labels));
  const parsed = parseLabels(useDeferredValue(text));
  const preview = useQuery(trpc.nodes.previewLabels.queryOptions(parsed.ok ? { id: node.id, labels: parsed.labels } : skipToken));
  const save = useMutation(
    trpc.nodes.setLabels.mutationOptions({
      onSuccess: () => {
        close();
        toast({ tone: 'info', title: `Labels of ${node.name} were set` });
        return queryClient.invalidateQueries(trpc.nodes.pathFilter());
      },
    }),
  );
  const failure = save.isError ? failureOf(save.error) : null;
  return (
    <DialogForm
      action="Save"
      cancel={close}
      busy={save.isPending}
      refused={parsed.ok ? undefined : parsed.message}
      onSubmit={() => {
        if (parsed.ok) save.mutate({ id: node.id, labels: parsed.labels });
      }}
    >
      <Field label="Labels" description="key=value, one a line" error={parsed.ok ? (failure?.fields['labels'] ?? failure?.message) : parsed.message}>
        <Textarea value={text} onValue={setText} mono rows={6} spellCheck={false} />
      </Field>
      <p role="status" className="flex min-h-[18px] items-start gap-2 text-dim">
        {preview.isError ? (
          <>
            <Shape tone="critical" className="mt-[3px]" />
            {failureOf(preview.error).message}
          </>
        ) : preview.data ? <Effect preview={preview.data} /> : null}
      </p>
    </DialogForm>
  );
}

function Effect({ preview }: { preview: { from: { id: string; name: string } | null; to: { id: string; name: string } | null; claimedBy: { name: string; selector: string }[]; multiple: boolean; joining: { says: string } | null } }) {
  const claim = preview.claimedBy[0];
  if (preview.multiple) {
    return (
      <>
        <Shape tone="notice" className="mt-[3px]" />
        {preview.claimedBy.map((fleet) => fleet.name).join(' and ')} would both claim it, so it keeps what it has.
      </>
    );
  }
  if (preview.from?.id === preview.to?.id) {
    return (
      <>
        <Shape tone="positive" className="mt-[3px]" />
        {preview.to ? `It stays in ${preview.to.name}.` : 'No fleet claims it, as before.'}
      </>
    );
  }
  return (
    <>
      <Shape tone="notice" className="mt-[3px]" />
      <span>
        {preview.to ? `It moves ${preview.from ? `from ${preview.from.name} ` : ''}to ${preview.to.name}` : `It leaves ${preview.from?.name ?? 'its fleet'} and belongs to none`}
        {claim ? (
          <>
            , because of <code>{claim.selector}</code>
          </>
        ) : null}
        .{preview.joining === null ? null : ` ${preview.joining.says}`}
      </span>
    </>
  );
}
