'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { NodeItem } from '../../../../server/nodes/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { parseLabels } from '../../../_format/labels.ts';
import { plural } from '../../../_format/number.ts';
import { Button } from '../../../_ui/button.tsx';
import { Dialog } from '../../../_ui/dialog.tsx';
import { DialogForm } from '../../../_ui/dialog-form.tsx';
import { Field, Textarea } from '../../../_ui/field.tsx';
import { type NodeWork, useNodeWork } from './node-work.ts';
import { Tally, TurnsList } from './turns-list.tsx';
import { useTurns } from './use-turns.ts';

export type Act = 'labels' | 'retry';

/** One action on several nodes: what it would do to each, then doing it, then how each came out. The nodes are those of its opening. */
export function SeveralDialog({ act, nodes, close }: { act: Act | null; nodes: readonly NodeItem[]; close: () => void }) {
  return (
    <Dialog
      open={act !== null}
      onOpenChange={(open) => (open ? undefined : close())}
      wide
      title={act === 'retry' ? `Retry ${plural(nodes.length, 'node')}` : `Labels of ${plural(nodes.length, 'node')}`}
      description={act === 'retry' ? 'Each is asked to try its desired state again.' : 'Labels are added, or changed where a node has the key. Fleets find their nodes by labels; a change can move nodes to other fleets and so change what they run.'}
    >
      {act === 'retry' ? <Retry nodes={nodes} close={close} /> : act === 'labels' ? <LabelsOfSeveral nodes={nodes} close={close} /> : null}
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

/** Checks every node as it opens; those that are not refused can then have it done. */
function Turns({ nodes: given, work, verb, close, back }: { nodes: readonly NodeItem[]; work: NodeWork; verb: string; close: () => void; back?: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [nodes] = useState(given);
  const { outcomes: found, running: checking, start: startChecks } = useTurns<NodeItem>();
  const { outcomes: done, running, start, stop } = useTurns<NodeItem>();
  const [concerned, setConcerned] = useState<readonly NodeItem[] | null>(null);
  useEffect(() => {
    void startChecks(nodes, work.check);
  }, [startChecks, nodes, work]);
  const free = nodes.filter(({ id }) => found.has(id) && found.get(id)?.tone !== 'critical');
  const run = async () => {
    setConcerned(free);
    await start(free, work.run);
    await queryClient.invalidateQueries(trpc.nodes.pathFilter());
  };
  return (
    <div className="flex flex-col gap-3">
      {concerned === null ? (
        <>
          <Tally nodes={nodes.length} outcomes={found} left="to come" words={{ positive: 'as expected', notice: 'to note', critical: 'refused' }} />
          <TurnsList nodes={nodes} outcomes={found} label="What it would do" />
        </>
      ) : (
        <>
          <Tally nodes={concerned.length} outcomes={done} left={running ? 'to come' : 'left as they are'} words={{ positive: 'done', notice: 'done later', critical: 'refused' }} />
          <TurnsList nodes={concerned} outcomes={done} label="How it came out" />
        </>
      )}
      <div className="flex justify-end gap-2">
        {concerned === null ? (
          <>
            {back ? <Button onClick={back}>Back</Button> : <Button onClick={close}>Cancel</Button>}
            <Button tone="primary" onClick={() => void run()} busy={checking} refused={!checking && free.length === 0 ? 'There is no node that it can be done to.' : undefined}>
              {checking ? 'Checking' : `${verb} ${plural(free.length, 'node')}`}
            </Button>
          </>
        ) : running ? (
          <Button onClick={stop}>Stop</Button>
        ) : (
          <Button tone="primary" onClick={close}>Close</Button>
        )}
      </div>
    </div>
  );
}
