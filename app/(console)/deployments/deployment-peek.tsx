'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { DeploymentItem } from '../../../server/deployments/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Causes } from '../../_domain/explanation.tsx';
import { RolloutStatus } from '../../_domain/state-status.tsx';
import { inSentenceCase } from '../../_format/names.ts';
import { paths } from '../../paths.ts';
import { Loaded } from '../../_shell/loaded.tsx';
import { Details } from '../../_ui/details.tsx';
import { PeekPart } from '../../_ui/peek-panel.tsx';
import { Proportions } from '../../_ui/progress.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { PlanChangesInBrief } from './plan-changes.tsx';
import { waveParts } from './wave-parts.ts';

/** What the page of a deployment says first: how far it is and what it waits for, what it changes, and what was decided last. */
export function DeploymentPeek({ deployment }: { deployment: DeploymentItem }) {
  const trpc = useTRPC();
  const detail = useQuery(trpc.deployments.get.queryOptions({ id: deployment.id }));
  const why = useQuery(trpc.why.deployment.queryOptions({ id: deployment.id }));
  const first = why.data?.causes[0];
  const { nodes, wave } = deployment;
  return (
    <div className="divide-y divide-line">
      <Details
        rows={[
          { name: 'State', value: <RolloutStatus state={deployment.state} /> },
          { name: 'Fleet', value: <Link href={paths.fleet(deployment.fleet.id)} className="hover:underline">{deployment.fleet.name}</Link> },
          {
            name: 'Nodes',
            value: (
              <span className="flex flex-col gap-1.5">
                {nodes.running} of {nodes.total} report it, in wave {wave.index + 1} of {wave.of}
                <Proportions height="sm" label="Nodes" parts={waveParts(nodes)} />
              </span>
            ),
          },
          { name: 'Started', value: <><RelativeTime at={deployment.startedAt} /> by {deployment.createdBy}</> },
          ...(deployment.finishedAt === null ? [] : [{ name: 'Ended', value: <RelativeTime at={deployment.finishedAt} /> }]),
          ...(deployment.note === '' ? [] : [{ name: 'Note', value: deployment.note }]),
        ]}
      />
      {first === undefined ? null : <Causes causes={[first]} />}
      <Loaded query={detail} what="the deployment" skeleton={<SkeletonRows rows={4} columns={3} />}>
        {({ plan, decisions: [latest] }) => (
          <>
            <PeekPart title="What changes">
              <PlanChangesInBrief changes={plan.changes} stateLost={plan.stateLost} stateKept={plan.stateKept} />
            </PeekPart>
            {latest === undefined ? null : (
              <PeekPart title="Decided last">
                <p className="px-4 pb-3">
                  {inSentenceCase(latest.kind)}{' '}
                  <span className="text-faint">
                    <RelativeTime at={latest.at} /> by {latest.by}
                  </span>
                  <span className="block break-words text-dim">{latest.message}</span>
                </p>
              </PeekPart>
            )}
          </>
        )}
      </Loaded>
    </div>
  );
}
