'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { Causes } from '../../../_domain/explanation.tsx';
import { Labels } from '../../../_domain/labels.tsx';
import { HealthState, QuarantinedState, SyncState } from '../../../_domain/state-status.tsx';
import { ThenControl, ThenNotice } from '../../../_domain/then.tsx';
import { shortDigest } from '../../../_format/names.ts';
import { bytes, count } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { Card, Grid } from '../../../_ui/card.tsx';
import { Chip } from '../../../_ui/chip.tsx';
import { Details } from '../../../_ui/details.tsx';
import { AbsoluteTime } from '../../../_ui/moment.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { Conditions } from './conditions-card.tsx';
import { DesiredCard } from './desired-card.tsx';
import { TimelineTab } from './timeline-tab.tsx';

/** The node as it stood at a moment, and what had happened to it by then. Nothing can be done to it here. */
export function PastNode({ node, at }: { node: NodeDetail; at: number }) {
  return (
    <>
      <ThenNotice />
      <PageHead
        title={node.name}
        purpose={
          <>
            <HealthState {...node.health} since={null} />
            {node.quarantine === null ? <SyncState {...node.sync} since={null} /> : <QuarantinedState {...node.quarantine} since={null} sync={node.sync.status} />}
            {node.fleet ? (
              <Link href={paths.fleet(node.fleet.id, at)} className="rounded-[5px] hover:brightness-110">
                <Chip>fleet {node.fleet.name}</Chip>
              </Link>
            ) : null}
            <Labels labels={node.labels} />
          </>
        }
        actions={<ThenControl />}
      />
      <Grid>
        <Card title="How it was" span={7}>
          <Details rows={stoodRows(node)} />
        </Card>
        <Card title="What it was" span={5}>
          <Details rows={machineRows(node)} />
        </Card>
        <WhyThen id={node.id} at={at} />
        <DesiredCard node={node} live={false} />
        <Conditions node={node} live={false} />
      </Grid>
      <h2 className="mt-6 mb-3 text-lg font-semibold">What had happened</h2>
      <TimelineTab id={node.id} at={at} />
    </>
  );
}

/** What stood in its way then, by what is kept of that moment. */
function WhyThen({ id, at }: { id: string; at: number }) {
  const trpc = useTRPC();
  const why = useQuery(trpc.why.node.queryOptions({ id, at }));
  if (why.data === undefined) return <Card title="Why not, then" span={12}>{why.isError ? <p className="px-4 py-6 text-center text-dim">The reasons could not be read.</p> : <SkeletonRows rows={2} columns={2} />}</Card>;
  return (
    <Card title="Why not, then" span={12}>
      {why.data.settled ? <p className="px-4 py-3 text-dim">Nothing stood in its way.</p> : <Causes causes={why.data.causes} />}
    </Card>
  );
}

type Row = { name: string; value: ReactNode };

function stoodRows(node: NodeDetail): Row[] {
  const { health, sync, hold, quarantine, activation } = node;
  return [
    { name: 'Health', value: `${health.status}: ${health.message}` },
    { name: 'Sync', value: `${sync.status}: ${sync.message || sync.reason}` },
    { name: 'Bundle told', value: node.desired?.bundle ? <code>{shortDigest(node.desired.bundle)}</code> : 'none' },
    { name: 'Bundle run', value: node.reported?.bundle ? <code>{shortDigest(node.reported.bundle)}</code> : 'none' },
    { name: 'Reported', value: node.reported === null ? 'never' : <AbsoluteTime at={node.reported.at} /> },
    { name: 'Connected', value: node.connectedSince === null ? 'no' : <>since <AbsoluteTime at={node.connectedSince} /></> },
    ...(activation === null ? [] : [{ name: 'Activation', value: `generation ${count(activation.generation)}, ${activation.step}` }]),
    ...(hold === null ? [] : [{ name: 'Held', value: <>{hold.reason}, until <AbsoluteTime at={hold.until} /></> }]),
    ...(quarantine === null ? [] : [{ name: 'Quarantine', value: quarantine.because }]),
  ];
}

function machineRows({ facts, claimedBy, agentVersion, revokedAt }: NodeDetail): Row[] {
  return [
    { name: 'Claimed by', value: claimedBy.fleets.map((fleet) => fleet.name).join(' and ') || 'no fleet' },
    { name: 'Agent', value: `${agentVersion} on Node.js ${facts.nodeVersion}` },
    { name: 'Host', value: `${facts.hostname}, ${facts.platform}, ${facts.architecture}` },
    { name: 'Machine', value: `${count(facts.cores)} cores, ${bytes(facts.memoryBytes)}` },
    { name: 'Revoked', value: revokedAt === null ? 'no' : <AbsoluteTime at={revokedAt} /> },
  ];
}

