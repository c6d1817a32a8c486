'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { DeploymentDetail } from '../../../../server/deployments/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { Causes } from '../../../_domain/explanation.tsx';
import { RolloutStatus } from '../../../_domain/state-status.tsx';
import { ThenControl, ThenNotice } from '../../../_domain/then.tsx';
import { shortDigest } from '../../../_format/names.ts';
import { count, plural } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { Card, Grid } from '../../../_ui/card.tsx';
import { AbsoluteTime } from '../../../_ui/moment.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { PlanChanges } from '../plan-changes.tsx';
import { Decisions } from './decisions.tsx';
import { Waves } from './waves.tsx';

/** The deployment as it stood at a moment: how far its waves were, what stood in its way, and what had been decided. */
export function PastRollout({ deployment, title, at }: { deployment: DeploymentDetail; title: string; at: number }) {
  const { nodes, plan } = deployment;
  return (
    <>
      <ThenNotice />
      <PageHead
        title={title}
        purpose={
          <>
            <RolloutStatus state={deployment.state} />
            <span>
              {count(nodes.running)} of {plural(nodes.total, 'node')} reported it
            </span>
            <Link href={paths.fleet(deployment.fleet.id, at)} className="hover:text-ink hover:underline">fleet {deployment.fleet.name}</Link>
            <span>
              started <AbsoluteTime at={deployment.startedAt} /> by {deployment.createdBy}
            </span>
          </>
        }
        actions={<ThenControl />}
      />
      <Grid>
        <Card title="Waves">
          <Waves deployment={deployment.id} waves={deployment.waves} policy={plan.policy} />
        </Card>
        <WhyThen id={deployment.id} at={at} />
        <Card span={7} title="What changes" subtitle={`plan ${shortDigest(plan.hash)}`}>
          <PlanChanges changes={plan.changes} stateLost={plan.stateLost} stateKept={plan.stateKept} />
        </Card>
        <Decisions id={deployment.id} at={at} />
      </Grid>
    </>
  );
}

/** What stood in its way then, by what is kept of that moment. */
function WhyThen({ id, at }: { id: string; at: number }) {
  const trpc = useTRPC();
  const why = useQuery(trpc.why.deployment.queryOptions({ id, at }));
  if (why.data === undefined) return <Card title="Why not, then">{why.isError ? <p className="px-4 py-6 text-center text-dim">The reasons could not be read.</p> : <SkeletonRows rows={2} columns={2} />}</Card>;
  return (
    <Card title="Why not, then">
      {why.data.causes.length === 0 ? <p className="px-4 py-3 text-dim">Nothing stood in its way.</p> : <Causes causes={why.data.causes} />}
    </Card>
  );
}
