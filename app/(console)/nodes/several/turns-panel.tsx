'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { NodeItem } from '../../../../server/nodes/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { plural } from '../../../_format/number.ts';
import { Button } from '../../../_ui/button.tsx';
import type { NodeWork } from './node-work.ts';
import { refusedFirst } from './turns.ts';
import { Tally, TurnsList } from './turns-list.tsx';
import { useTurns } from './use-turns.ts';

/** Checks every node as it opens; those that are not refused can then have it done. Each keeps its line, and what came of it. */
export function Turns({ nodes: given, work, verb, close, back }: { nodes: readonly NodeItem[]; work: NodeWork; verb: string; close: () => void; back?: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [nodes, setNodes] = useState(given);
  const [began, setBegan] = useState(false);
  const { outcomes: found, running: checking, start: startChecks } = useTurns<NodeItem>();
  const { outcomes: done, running, start, stop } = useTurns<NodeItem>();
  useEffect(() => {
    void startChecks(nodes, work.check);
  }, [startChecks, nodes, work]);
  const free = nodes.filter(({ id }) => found.has(id) && found.get(id)?.tone !== 'critical');
  const failed = nodes.filter(({ id }) => done.get(id)?.tone === 'critical');
  // Of those that had no turn what the check said holds, where that was a refusal.
  const outcomes = new Map([...[...found].filter(([, { tone }]) => tone === 'critical'), ...done]);
  const run = async () => {
    setBegan(true);
    await start(free, work.run);
    await queryClient.invalidateQueries(trpc.nodes.pathFilter());
  };
  const again = () => {
    setBegan(false);
    setNodes(failed);
  };
  return (
    <div className="flex flex-col gap-3">
      {began ? (
        <>
          <Tally nodes={nodes.length} outcomes={outcomes} left={running ? 'to come' : 'left as they are'} words={{ positive: 'done', notice: 'done later', critical: 'refused' }} />
          <TurnsList nodes={running ? nodes : refusedFirst(nodes, outcomes)} outcomes={outcomes} label="How it came out" />
        </>
      ) : (
        <>
          <Tally nodes={nodes.length} outcomes={found} left="to come" words={{ positive: 'as expected', notice: 'to note', critical: 'refused' }} />
          <TurnsList nodes={nodes} outcomes={found} label="What it would do" />
        </>
      )}
      <div className="flex justify-end gap-2">
        {!began ? (
          <>
            {back ? <Button onClick={back}>Back</Button> : <Button onClick={close}>Cancel</Button>}
            <Button tone="primary" onClick={() => void run()} busy={checking} refused={!checking && free.length === 0 ? 'There is no node that it can be done to.' : undefined}>
              {checking ? 'Checking' : `${verb} ${plural(free.length, 'node')}`}
            </Button>
          </>
        ) : running ? (
          <Button onClick={stop}>Stop</Button>
        ) : (
          <>
            {failed.length === 0 ? null : <Button onClick={again}>Check {plural(failed.length, 'node')} again</Button>}
            <Button tone="primary" onClick={close}>
              Close
            </Button>
          </>
        )}
      </div>
    </div>
  );
}
