'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useState } from 'react';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { Labels } from '../../../_domain/labels.tsx';
import { HealthState, SyncState } from '../../../_domain/state-status.tsx';
import { ThenControl, useThen } from '../../../_domain/then.tsx';
import { paths } from '../../../paths.ts';
import { useCommands } from '../../../_shell/commands.tsx';
import { Loaded, useFailureToast } from '../../../_shell/loaded.tsx';
import { PageFrame } from '../../../_shell/page-frame.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Chip } from '../../../_ui/chip.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { Skeleton } from '../../../_ui/skeleton.tsx';
import { Tabs } from '../../../_ui/tabs.tsx';
import { useToast } from '../../../_ui/toast.tsx';
import { IdentityTab } from './identity-tab.tsx';
import { LiveTab } from './live-tab.tsx';
import { PastNode } from './past-node.tsx';
import { QuarantineDialog } from './quarantine-dialog.tsx';
import { RevokeDialog } from './revoke-dialog.tsx';
import { StandingNotices } from './standing-notices.tsx';
import { StateTab } from './state-tab.tsx';
import { StoreTab } from './store-tab.tsx';
import { TimelineTab } from './timeline-tab.tsx';

const tabNames = ['state', 'live', 'store', 'timeline', 'identity'] as const;

export function NodePage({ id, openedAt }: { id: string; openedAt: number }) {
  const trpc = useTRPC();
  const { at } = useThen();
  const node = useQuery(trpc.nodes.get.queryOptions({ id, ...(at === undefined ? {} : { at }) }));
  return (
    <PageFrame crumbs={[{ label: 'Nodes', href: paths.nodes({ then: at }) }, { label: node.data?.name ?? 'Node' }]}>
      <Loaded query={node} what="the node" back={{ label: 'All nodes', href: paths.nodes({ then: at }) }} skeleton={<NodeSkeleton />}>
        {(data) => (at === undefined ? <Content node={data} openedAt={openedAt} /> : <PastNode node={data} at={at} />)}
      </Loaded>
    </PageFrame>
  );
}

function Content({ node, openedAt }: { node: NodeDetail; openedAt: number }) {
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(tabNames).withDefault('state').withOptions({ history: 'push' }));
  const [revoking, setRevoking] = useState(false);
  const [asking, setAsking] = useState(false);
  const retry = useRetry(node);
  const refusedRetry = node.can.retry.allowed ? undefined : (node.can.retry.reason ?? 'It cannot be retried now.');
  const refusedRevoke = node.can.revoke.allowed ? undefined : (node.can.revoke.reason ?? 'It cannot be revoked now.');
  const quarantine = node.quarantine === null ? node.can.quarantine : node.can.liftQuarantine;
  const quarantineWord = node.quarantine === null ? 'Quarantine' : 'Lift quarantine';
  const refusedQuarantine = quarantine.allowed ? undefined : (quarantine.reason ?? 'It cannot be changed now.');
  useCommands([
    { label: 'Retry the activation', shortcut: 'r', run: () => retry.mutate({ id: node.id }), refused: refusedRetry },
    { label: node.quarantine === null ? 'Put the node into quarantine' : 'Lift the quarantine', run: () => setAsking(true), refused: refusedQuarantine },
    { label: 'Revoke the node', run: () => setRevoking(true), refused: refusedRevoke },
    ...tabNames.map((name, index) => ({ label: `Show ${name}`, shortcut: String(index + 1), run: () => void setTab(name) })),
  ]);
  return (
    <>
      <PageHead
        title={node.name}
        purpose={
          <>
            <HealthState {...node.health} showLasting={node.health.status !== 'Healthy'} />
            <SyncState {...node.sync} showLasting={node.sync.status !== 'Synced'} />
            {node.fleet ? (
              <Link href={paths.fleet(node.fleet.id)} className="rounded-[5px] hover:brightness-110">
                <Chip>fleet {node.fleet.name}</Chip>
              </Link>
            ) : null}
            <Labels labels={node.labels} />
          </>
        }
        actions={
          <>
            <ThenControl />
            <Button onClick={() => retry.mutate({ id: node.id })} refused={refusedRetry} busy={retry.isPending}>
              Retry
            </Button>
            <Button onClick={() => setAsking(true)} refused={refusedQuarantine}>
              {quarantineWord}
            </Button>
            <Button tone="critical" onClick={() => setRevoking(true)} refused={refusedRevoke}>
              Revoke
            </Button>
          </>
        }
      />
      <StandingNotices node={node} />
      <Tabs
        label="Node"
        value={tab}
        onChange={(next) => void setTab(next)}
        tabs={[
          { value: 'state', label: 'State', content: <StateTab node={node} openedAt={openedAt} /> },
          { value: 'live', label: 'Live', content: <LiveTab node={node} openedAt={openedAt} /> },
          { value: 'store', label: 'Store', content: <StoreTab node={node} /> },
          { value: 'timeline', label: 'Timeline', content: <TimelineTab id={node.id} /> },
          { value: 'identity', label: 'Identity', content: <IdentityTab node={node} /> },
        ]}
      />
      <QuarantineDialog node={node} open={asking} onOpenChange={setAsking} />
      <RevokeDialog node={node} open={revoking} onOpenChange={setRevoking} />
    </>
  );
}

function useRetry(node: NodeDetail) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const failed = useFailureToast();
  return useMutation(
    trpc.nodes.retry.mutationOptions({
      onSuccess: (answer) => {
        toast(answer.delivered ? { tone: 'info', title: `${node.name} was asked to try again`, description: 'Its report says when it has.' } : { tone: 'notice', title: `${node.name} is not connected`, description: 'It tries again when it is back.' });
        return queryClient.invalidateQueries(trpc.nodes.pathFilter());
      },
      onError: (error) => failed('The node was not asked to try again', error),
    }),
  );
}

function NodeSkeleton() {
  return (
    <div role="status" aria-label="Loading">
      <Skeleton className="mb-2 h-6 w-56" />
      <Skeleton className="mb-6 h-4 w-80 max-w-full" />
      <Skeleton className="mb-4 h-9 w-full" />
      <Skeleton className="h-64 w-full rounded-lg" />
    </div>
  );
}
