'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent, useState } from 'react';
import type { MadePlan, RolloutPolicy } from '../../../../server/deployments/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { Signatures } from '../../../_domain/signatures.tsx';
import { shortDigest } from '../../../_format/names.ts';
import { bytes, count, plural } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { FailureState } from '../../../_shell/loaded.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Card, Grid } from '../../../_ui/card.tsx';
import { CopyButton } from '../../../_ui/code-block.tsx';
import { Facts } from '../../../_ui/facts.tsx';
import { Field, Input } from '../../../_ui/field.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { Shape } from '../../../_ui/status.tsx';
import { PlanChanges } from '../plan-changes.tsx';
import { ExpectedDuration, takesFact } from './expected-duration.tsx';
import { PlanNodes } from './plan-nodes.tsx';
import { Rehearsal } from './rehearsal.tsx';

interface PlanRequest {
  fleet: string;
  rules: { name: string; version: number }[];
  policy: RolloutPolicy;
}

/** Long enough that typing a number does not make a plan of each digit. */
const settleMs = 250;

/** Makes the plan anew whenever the choice changes, and starts exactly what is shown: the hash goes with it. */
export function PlanView({ input, refused }: { input: PlanRequest; refused: string | undefined }) {
  const trpc = useTRPC();
  const plan = useMutation(trpc.deployments.plan.mutationOptions());
  const key = JSON.stringify(input);
  const make = useEffectEvent(() => plan.mutate(input));
  useEffect(() => {
    const timer = setTimeout(() => make(), settleMs);
    return () => clearTimeout(timer);
  }, [key]);

  if (plan.isError) return <Card title="Plan"><FailureState error={plan.error} what="the plan" retry={() => plan.mutate(input)} busy={plan.isPending} /></Card>;
  if (plan.data === undefined) return <Card title="Plan"><SkeletonRows rows={6} columns={4} /></Card>;
  return <Made plan={plan.data} refused={refused} outdated={plan.isPending} again={() => plan.mutate(input)} />;
}

function Made({ plan, refused, outdated, again }: { plan: MadePlan; refused: string | undefined; outdated: boolean; again: () => void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [note, setNote] = useState('');
  const create = useMutation(
    trpc.deployments.create.mutationOptions({
      onSuccess: async ({ id }) => {
        await queryClient.invalidateQueries(trpc.deployments.pathFilter());
        router.push(paths.deployment(id));
      },
    }),
  );
  const blocking = plan.violations.find((violation) => violation.blocks);
  const permission = plan.can.start.allowed ? undefined : plan.can.start.reason;
  const failure = create.isError ? failureOf(create.error) : undefined;
  return (
    <div aria-busy={outdated}>
      <Facts
        facts={[
          { label: 'Nodes', value: count(plan.nodes.total), note: plan.offline.total > 0 ? `${count(plan.offline.total)} offline now` : 'all connected' },
          { label: 'Waves', value: count(plan.waves.length), note: plan.waves.map((wave) => count(wave.nodes)).join(', then ') },
          { label: 'At most at once', value: count(plan.inFlightMax), note: plural(plan.inFlightMax, 'node') },
          takesFact(plan.expected),
          { label: 'To fetch', value: bytes(plan.bytesTotal), note: `${bytes(plan.bytesPerNode)} a node` },
        ]}
      />
      <Grid>
        {plan.signatures === null ? null : (
          <Card title="Signatures" subtitle={plan.signatures.missing === 0 ? undefined : 'once it is started'}>
            <Signatures standing={plan.signatures} />
          </Card>
        )}
        {plan.violations.length === 0 ? null : (
          <Card title="What stands against it">
            <ul className="divide-y divide-line">
              {plan.violations.map((violation) => (
                <li key={`${violation.code} ${violation.message}`} className="grid grid-cols-[14px_1fr] items-baseline gap-x-2.5 px-4 py-2">
                  <Shape tone={violation.blocks ? 'critical' : 'notice'} />
                  <span>
                    {violation.message} <code className="text-faint">{violation.code}</code>
                  </span>
                </li>
              ))}
            </ul>
          </Card>
        )}
        <Card title="What changes" subtitle={`on the nodes of ${plan.fleet.name}`}>
          <PlanChanges changes={plan.changes} stateLost={plan.stateLost} stateKept={plan.stateKept} />
        </Card>
        <ExpectedDuration plan={plan} />
        <Rehearsal key={plan.hash} hash={plan.hash} />
        <Card title="Nodes" subtitle="each with its own difference">
          <PlanNodes hash={plan.hash} />
        </Card>
        <Card atHand>
          <div className="flex flex-wrap items-end gap-3 p-4">
            <div className="min-w-56 flex-1">
              <Field label="Note" optional error={failure?.message}>
                <Input value={note} onValue={setNote} maxLength={1000} placeholder="Why this, why now" />
              </Field>
            </div>
            <span className="flex h-[30px] items-center gap-1 text-dim">
              Plan <code>{shortDigest(plan.hash)}</code>
              <CopyButton text={plan.hash} label="Copy the plan's hash" />
            </span>
            {failure === undefined ? null : <Button onClick={again}>Plan again</Button>}
            <Button tone="primary" busy={create.isPending} refused={refused ?? permission ?? blocking?.message ?? (outdated ? 'The plan is being made anew' : undefined)} onClick={() => create.mutate({ planHash: plan.hash, note })}>
              Start on {plural(plan.nodes.total, 'node')}
            </Button>
          </div>
          {plan.supersedes === null ? null : <p className="border-t border-line px-4 py-2.5 text-dim">The rollout of this fleet that is under way now would end as superseded.</p>}
        </Card>
      </Grid>
    </div>
  );
}
