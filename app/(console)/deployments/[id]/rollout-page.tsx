'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { DeploymentDetail } from '../../../../server/deployments/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { Causes } from '../../../_domain/explanation.tsx';
import { Signatures } from '../../../_domain/signatures.tsx';
import { RolloutStatus } from '../../../_domain/state-status.tsx';
import { ThenControl, useThen } from '../../../_domain/then.tsx';
import { shortDigest } from '../../../_format/names.ts';
import { count, plural } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { Loaded } from '../../../_shell/loaded.tsx';
import { PageFrame } from '../../../_shell/page-frame.tsx';
import { Card, Grid } from '../../../_ui/card.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { deploymentTitle } from '../deployment-title.ts';
import { PlanChanges } from '../plan-changes.tsx';
import { AgainstControl, waveBesideControl } from './against-control.tsx';
import { Decisions } from './decisions.tsx';
import { PastRollout } from './past-rollout.tsx';
import { RolloutActions } from './rollout-actions.tsx';
import { RolloutNodes } from './rollout-nodes.tsx';
import { Waves } from './waves.tsx';

/** One rollout as it goes: waves, decisions with what they were made on, and every node it moves. */
export function RolloutPage({ id }: { id: string }) {
  const trpc = useTRPC();
  const { at } = useThen();
  const query = useQuery(trpc.deployments.get.queryOptions({ id, ...(at !== undefined && { at }) }));
  const title = query.data === undefined ? 'Deployment' : deploymentTitle(query.data);
  return (
    <PageFrame crumbs={[{ label: 'Deployments', href: paths.deployments() }, { label: title }]}>
      <Loaded query={query} what="this deployment" back={{ label: 'All deployments', href: paths.deployments() }} skeleton={<Card><SkeletonRows rows={10} columns={4} /></Card>}>
        {(deployment) => (at === undefined ? <Content deployment={deployment} title={title} /> : <PastRollout deployment={deployment} title={title} at={at} />)}
      </Loaded>
    </PageFrame>
  );
}

function Content({ deployment, title }: { deployment: DeploymentDetail; title: string }) {
  const compared = waveBesideControl(deployment.waves);
  const changes = (span: 7 | 12) => (
    <Card span={span} title="What changes" subtitle={`plan ${shortDigest(deployment.plan.hash)}`}>
      <PlanChanges changes={deployment.plan.changes} stateLost={deployment.plan.stateLost} stateKept={deployment.plan.stateKept} />
    </Card>
  );
  return (
    <>
      <PageHead title={title} purpose={<Purpose deployment={deployment} />} actions={<><ThenControl /><RolloutActions deployment={deployment} /></>} />
      <Grid>
        <Card title="Waves" live actions={<Legend />}>
          <Waves deployment={deployment.id} waves={deployment.waves} policy={deployment.plan.policy} />
        </Card>
        <WhyNotDone deployment={deployment} />
        {deployment.signatures === null ? null : (
          <Card title="Signatures" subtitle={`bundle ${shortDigest(deployment.bundle)}`} live>
            <Signatures standing={deployment.signatures} digest={deployment.bundle} />
          </Card>
        )}
        {compared === undefined ? changes(7) : <AgainstControl deployment={deployment.id} wave={compared} />}
        <Decisions id={deployment.id} />
        {compared === undefined ? null : changes(12)}
        <Card title="Nodes" subtitle="as they report" live>
          <RolloutNodes id={deployment.id} waves={deployment.waves.length} />
        </Card>
      </Grid>
    </>
  );
}

function WhyNotDone({ deployment }: { deployment: DeploymentDetail }) {
  const trpc = useTRPC();
  const why = useQuery({ ...trpc.why.deployment.queryOptions({ id: deployment.id }), refetchInterval: deployment.finishedAt === null ? 2_000 : false });
  if (why.data === undefined || why.data.causes.length === 0) return null;
  return (
    <Card title={deployment.finishedAt === null ? 'Why it is not done yet' : 'Why it ended as it did'} live>
      <Causes causes={why.data.causes} />
    </Card>
  );
}

function Purpose({ deployment }: { deployment: DeploymentDetail }) {
  const { nodes } = deployment;
  return (
    <>
      <RolloutStatus state={deployment.state} />
      <span>
        {count(nodes.running)} of {plural(nodes.total, 'node')} {nodes.total === 1 ? 'reports' : 'report'} it
      </span>
      <Link href={paths.fleet(deployment.fleet.id)} className="hover:text-ink hover:underline">fleet {deployment.fleet.name}</Link>
      <span>
        started <RelativeTime at={deployment.startedAt} /> by {deployment.createdBy}
      </span>
      {deployment.finishedAt === null ? (deployment.eta === null ? null : <span>done <RelativeTime at={deployment.eta} /></span>) : <span>ended <RelativeTime at={deployment.finishedAt} /></span>}
      {deployment.excludedBecause === null ? null : <span>not to be deployed to this fleet again before a person allows it</span>}
      {deployment.note === '' ? null : <span>“{deployment.note}”</span>}
    </>
  );
}

function Legend() {
  return (
    <span className="flex flex-wrap gap-3 text-sm text-dim max-sm:hidden">
      {([['bg-positive', 'running'], ['bg-info', 'applying'], ['bg-notice', 'offline'], ['bg-critical', 'failed'], ['border border-line-strong bg-raised', 'to come']] as const).map(([fill, word]) => (
        <span key={word} className="inline-flex items-center gap-1.5">
          <i aria-hidden className={`size-2.5 rounded-xs ${fill}`} />
          {word}
        </span>
      ))}
    </span>
  );
}
