'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { parseAsArrayOf, parseAsString, useQueryStates } from 'nuqs';
import { useEffect, useEffectEvent } from 'react';
import { useTRPC } from '../../../_data/trpc.tsx';
import { plural } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { Loaded } from '../../../_shell/loaded.tsx';
import { useRefusal } from '../../../_shell/me.tsx';
import { PageFrame } from '../../../_shell/page-frame.tsx';
import { Card, Grid } from '../../../_ui/card.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { Field } from '../../../_ui/field.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { Select } from '../../../_ui/select.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { allFleets, allRules, formatChosen, parseChosen, suggestRules, type ChosenRules } from './choices.ts';
import { PlanView } from './plan-view.tsx';
import { PolicyFields, policyParsers, toPolicy } from './policy-fields.tsx';
import { RuleChoice } from './rule-choice.tsx';

/** Choose a fleet and exact rule versions; read what that would change; start it. All of the choice is in the address. */
export function NewDeployment() {
  const trpc = useTRPC();
  const [choice, setChoice] = useQueryStates({ fleet: parseAsString, rule: parseAsString, rules: parseAsArrayOf(parseAsString), ...policyParsers });
  const fleets = useQuery(trpc.fleets.list.queryOptions(allFleets));
  const rules = useQuery(trpc.rules.list.queryOptions(allRules));
  const fleet = useQuery({ ...trpc.fleets.get.queryOptions({ id: choice.fleet ?? '' }), enabled: choice.fleet !== null });
  const refusal = useRefusal('deployments:write', 'Operators and administrators');
  const chosen: ChosenRules | null = choice.rules === null ? null : parseChosen(choice.rules);

  const only = fleets.data?.items.length === 1 ? fleets.data.items[0]?.id : undefined;
  useEffect(() => {
    if (choice.fleet === null && only !== undefined) void setChoice({ fleet: only });
  }, [choice.fleet, only, setChoice]);
  const suggest = useEffectEvent(() => {
    if (chosen === null && fleet.data !== undefined && rules.data !== undefined) void setChoice({ rules: formatChosen(suggestRules(fleet.data.rules, rules.data.items, choice.rule)) });
  });
  useEffect(() => suggest(), [fleet.data, rules.data]);

  return (
    <PageFrame crumbs={[{ label: 'Deployments', href: paths.deployments() }, { label: 'New deployment' }]}>
      <PageHead title="New deployment" purpose="Nothing happens before you have read the plan and started it." />
      <Grid>
        <Card span={4} title="What shall run where">
          <div className="flex flex-col gap-4 p-4">
            <Loaded query={fleets} what="the fleets" skeleton={<SkeletonRows rows={1} columns={1} />}>
              {({ items }) =>
                items.length === 0 ? (
                  <EmptyState kind="nothing-yet" title="There is no fleet yet" action={<Link className="font-medium text-accent hover:underline" href={paths.fleets({ create: '1' })}>Create a fleet</Link>}>
                    A fleet is the nodes that a selector names.
                  </EmptyState>
                ) : (
                  <Field label="Fleet">
                    <Select value={choice.fleet} onChange={(id) => void setChoice({ fleet: id, rules: null })} options={items.map((each) => ({ value: each.id, label: each.name, hint: plural(each.nodes.total, 'node') }))} className="w-full" />
                  </Field>
                )
              }
            </Loaded>
            <Loaded query={rules} what="the rules" skeleton={<SkeletonRows rows={3} columns={2} />}>
              {({ items }) => <RuleChoice rules={items} chosen={chosen ?? new Map<string, number>()} onChange={(next) => void setChoice({ rules: formatChosen(next) })} />}
            </Loaded>
            <PolicyFields values={choice} onChange={(values) => void setChoice(values)} />
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
    </PageFrame>
  );
}
