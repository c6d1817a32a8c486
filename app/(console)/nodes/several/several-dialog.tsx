'use client';
import { useState } from 'react';
import type { NodeItem } from '../../../../server/nodes/schema.ts';
import { parseLabels } from '../../../_format/labels.ts';
import { plural } from '../../../_format/number.ts';
import { Dialog } from '../../../_ui/dialog.tsx';
import { DialogForm } from '../../../_ui/dialog-form.tsx';
import { Field, Textarea } from '../../../_ui/field.tsx';
import { type NodeWork, useNodeWork } from './node-work.ts';
import { Turns } from './turns-panel.tsx';

export type Act = 'labels' | 'retry';

/** One action on several nodes: what it would do to each, then doing it, then how each came out. The nodes are those of its opening. */
export function SeveralDialog({ open, act, nodes, close }: { open: boolean; act: Act; nodes: readonly NodeItem[]; close: () => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? undefined : close())}
      wide
      title={act === 'retry' ? `Retry ${plural(nodes.length, 'node')}` : `Labels of ${plural(nodes.length, 'node')}`}
      description={act === 'retry' ? 'Each is asked to try its desired state again.' : 'Labels are added, or changed where a node has the key. Fleets find their nodes by labels; a change can move nodes to other fleets and so change what they run.'}
    >
      {act === 'retry' ? <Retry nodes={nodes} close={close} /> : <LabelsOfSeveral nodes={nodes} close={close} />}
    </Dialog>
  );
}

function Retry({ nodes, close }: { nodes: readonly NodeItem[]; close: () => void }) {
  const { retry } = useNodeWork();
  return <Turns nodes={nodes} work={retry} verb="Retry" close={close} />;
}

function LabelsOfSeveral({ nodes, close }: { nodes: readonly NodeItem[]; close: () => void }) {
  const { setLabels } = useNodeWork();
  const [text, setText] = useState('');
  const [work, setWork] = useState<NodeWork | null>(null);
  const parsed = parseLabels(text);
  if (work !== null) return <Turns nodes={nodes} work={work} verb="Set labels of" close={close} back={() => setWork(null)} />;
  return (
    <DialogForm
      action="See what changes"
      cancel={close}
      busy={false}
      refused={!parsed.ok ? parsed.message : Object.keys(parsed.labels).length === 0 ? 'Write a label first.' : undefined}
      onSubmit={() => {
        if (parsed.ok) setWork(setLabels(parsed.labels));
      }}
    >
      <Field label="Labels to add or change" description="key=value, one a line" error={parsed.ok ? undefined : parsed.message}>
        <Textarea value={text} onValue={setText} mono rows={4} spellCheck={false} />
      </Field>
    </DialogForm>
  );
}
