'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { parseAsArrayOf, parseAsString, useQueryStates } from 'nuqs';
import { useEffect, useEffectEvent } from 'react';
import { useTRPC } from '../../../_data/trpc.tsx';
import { FleetFinder } from '../../../_domain/fleet-finder.tsx';
import { paths } from '../../../paths.ts';
import { KeptBy } from '../../../_shell/kept-by.tsx';
import { Loaded } from '../../../_shell/loaded.tsx';
import { useRefusal } from '../../../_shell/me.tsx';
import { PageFrame } from '../../../_shell/page-frame.tsx';
import { buttonClasses } from '../../../_ui/button.tsx';
import { Card, Grid } from '../../../_ui/card.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { Field } from '../../../_ui/field.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { firstFleets, formatChosen, parseChosen, rulesMatching, suggestRules, type ChosenRules } from './choices.ts';
import { GateFields } from './gate-fields.tsx';
import { PlanView } from './plan-view.tsx';
import { PacingFields, PatienceFields, PolicyFields, TimeFields } from './policy-fields.tsx';
import { policyParsers, toPolicy, type PolicyValues } from './policy.ts';
import { RuleChoice } from './rule-choice.tsx';

/** Choose a fleet and exact rule versions; read what that would change; start it. All of the choice is in the address. */
export function NewDeployment() {
  const trpc = useTRPC();
  const [choice, setChoice] = useQueryStates({ fleet: parseAsString, rule: parseAsString, rules: parseAsArrayOf(parseAsString), ...policyParsers });
  const fleets = useQuery(trpc.fleets.list.queryOptions(firstFleets));
  const rules = useQuery(trpc.rules.list.queryOptions(rulesMatching('')));
  const wanted = useQuery({ ...trpc.rules.get.queryOptions({ name: choice.rule ?? '' }), enabled: choice.rule !== null });
  const fleet = useQuery({ ...trpc.fleets.get.queryOptions({ id: choice.fleet ?? '' }), enabled: choice.fleet !== null });
  const refusal = useRefusal('deployments:write', 'Operators and administrators');
  const chosen: ChosenRules | null = choice.rules === null ? null : parseChosen(choice.rules);

  const only = fleets.data?.items.length === 1 ? fleets.data.items[0]?.id : undefined;
  useEffect(() => {
    if (choice.fleet === null && only !== undefined) void setChoice({ fleet: only });
  }, [choice.fleet, only, setChoice]);
  const newest = wanted.data?.versions[0]?.version;
  const cameFrom = choice.rule === null || newest === undefined ? null : { name: choice.rule, version: newest };
  const suggest = useEffectEvent(() => {
    if (chosen !== null || fleet.data === undefined || (choice.rule !== null && wanted.isPending)) return;
    void setChoice({ rules: formatChosen(suggestRules(fleet.data.rules, cameFrom)) });
  });
  useEffect(() => suggest(), [fleet.data, wanted.data, wanted.isPending]);
  const nonePublished = rules.data !== undefined && rules.data.items.length === rules.data.total && rules.data.items.every((rule) => rule.latest === null);
  const set = (values: Partial<PolicyValues>) => void setChoice(values);
  const missing = fleets.data?.items.length === 0 || nonePublished;

  return (
    <PageFrame crumbs={[{ label: 'Deployments', href: paths.deployments() }, { label: 'New deployment' }]}>
      <PageHead title="New deployment" purpose="Nothing happens before you have read the plan and started it." />
      {fleet.data === undefined ? null : <KeptBy kind="Deployment" name={fleet.data.name} />}
      {missing ? (
        <Card>
          <NotReady fleets={fleets.data?.items.length ?? 0} />
        </Card>
      ) : (
        <Grid>
          <Card span={4} title="What shall run where" fitted>
            <div className="flex flex-col gap-4 p-4">
              <Loaded query={fleets} what="the fleets" skeleton={<SkeletonRows rows={1} columns={1} />}>
                {() => (
                  <Field label="Fleet">
                    <FleetFinder chosen={choice.fleet} onChange={(id) => void setChoice({ fleet: id, rules: null })} others={[]} wide />
                  </Field>
                )}
              </Loaded>
              <RuleChoice chosen={chosen ?? suggestRules([], cameFrom)} onChange={(next) => void setChoice({ rules: formatChosen(next) })} />
              <PolicyFields values={choice} onChange={set} />
              <div className="-mb-4">
                <GateFields values={choice} onChange={set} />
                <PacingFields values={choice} onChange={set} />
                <PatienceFields values={choice} onChange={set} />
                <TimeFields values={choice} onChange={set} />
              </div>
            </div>
          </Card>
          <div className="col-span-12 lg:col-span-8">
            {choice.fleet === null || chosen === null ? (
              <Card title="Plan">
                <EmptyState kind="nothing-yet" title="No plan yet">Choose a fleet and the rules that it shall run.</EmptyState>
              </Card>
            ) : (
              <PlanView input={{ fleet: choice.fleet, rules: [...chosen].map(([name, version]) => ({ name, version })), policy: toPolicy(choice) }} refused={refusal} />
            )}
          </div>
        </Grid>
      )}
    </PageFrame>
  );
}

/** A deployment gives a fleet rules: without either there is nothing to plan. */
function NotReady({ fleets }: { fleets: number }) {
  return (
    <EmptyState
      kind="nothing-yet"
      title={fleets === 0 ? 'There is no fleet yet' : 'No rule has been published'}
      action={
        <>
          {fleets === 0 ? (
            <Link className={buttonClasses('primary')} href={paths.fleets({ create: '1' })}>
              Create a fleet
            </Link>
          ) : null}
          <Link className={buttonClasses(fleets === 0 ? 'plain' : 'primary')} href={paths.newRule()}>
            Write a rule
          </Link>
        </>
      }
    >
      A deployment gives the nodes of a fleet exact versions of rules, and of the models that they ask. Only published versions can be deployed.
    </EmptyState>
  );
}
