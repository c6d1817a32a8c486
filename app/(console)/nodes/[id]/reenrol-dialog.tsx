'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { AskDialog } from '../../../_ui/ask-dialog.tsx';
import { Button } from '../../../_ui/button.tsx';
import { CodeBlock } from '../../../_ui/code-block.tsx';
import { Dialog } from '../../../_ui/dialog.tsx';
import { Field, Input } from '../../../_ui/field.tsx';

/** Refuses the node's key, and shows this once by what it comes back as the same node. */
export function ReenrolDialog({ node, open, onOpenChange }: { node: NodeDetail; open: boolean; onOpenChange: (open: boolean) => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  const reenrol = useMutation(trpc.nodeKeys.reenrol.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.nodes.pathFilter()) }));
  const change = (next: boolean): void => {
    if (!next) {
      reenrol.reset();
      setReason('');
    }
    onOpenChange(next);
  };
  if (reenrol.isSuccess) {
    return (
      <Dialog
        open={open}
        onOpenChange={change}
        wide
        title="The token, shown this once"
        description={`It lets one machine in as ${node.name}, within a day, and nothing else.`}
        footer={
          <Button tone="primary" onClick={() => change(false)}>
            Done
          </Button>
        }
      >
        <div className="flex flex-col gap-3">
          <p className="text-dim">On the machine. Where its disk was not lost, delete identity.pem in the folder of the node first:</p>
          <CodeBlock code={reenrol.data.command} label="Copy the command" />
          <p className="text-dim">The token alone:</p>
          <CodeBlock code={reenrol.data.token} label="Copy the token" />
        </div>
      </Dialog>
    );
  }
  const failure = reenrol.isError ? failureOf(reenrol.error) : null;
  return (
    <AskDialog
      open={open}
      onOpenChange={change}
      title={`Have ${node.name} enrol again?`}
      description="For a disk that was lost or a key that is suspect. Its key is refused from now on and its connection cut; it comes back under another key as the same node, with its labels, fleet and history. Until then it goes on with what it runs."
      keep="Keep its key"
      action="Refuse its key"
      busy={reenrol.isPending}
      onConfirm={() => reenrol.mutate({ id: node.id, reason: reason.trim() })}
    >
      <Field label="Why" description="Stands in the audit and in the node's timeline." error={failure ? (failure.fields['reason'] ?? failure.message) : undefined}>
        <Input value={reason} onValue={setReason} required maxLength={512} placeholder="Its disk was replaced" />
      </Field>
    </AskDialog>
  );
}
