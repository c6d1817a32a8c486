'use client';
import Link from 'next/link';
import type { RuleItem } from '../../../../server/rules/schema.ts';
import { paths } from '../../../paths.ts';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { Select } from '../../../_ui/select.tsx';
import { Switch } from '../../../_ui/switch.tsx';
import type { ChosenRules } from './choices.ts';

/** How far back the list of versions goes; older ones are deployed from the rule's own page. */
const versionsShown = 50;

/** The whole set that the fleet is to run, with the version of each. */
export function RuleChoice({ rules, chosen, onChange }: { rules: readonly RuleItem[]; chosen: ChosenRules; onChange: (chosen: ChosenRules) => void }) {
  const published = rules.flatMap((rule) => (rule.latest === null ? [] : [{ name: rule.name, latest: rule.latest.version }]));
  if (published.length === 0) {
    return (
      <EmptyState kind="nothing-yet" title="No rule has been published" action={<Link className="font-medium text-accent hover:underline" href={paths.newRule()}>Write a rule</Link>}>
        Only published versions can be deployed.
      </EmptyState>
    );
  }
  const set = (name: string, version: number | null) => {
    const next = new Map(chosen);
    if (version === null) next.delete(name);
    else next.set(name, version);
    onChange(next);
  };
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">Rules</legend>
      <ul className="divide-y divide-line rounded-md border border-line">
        {published.map((rule) => {
          const version = chosen.get(rule.name);
          const versions = Array.from({ length: Math.min(versionsShown, rule.latest) }, (_, index) => rule.latest - index);
          if (version !== undefined && !versions.includes(version)) versions.push(version);
          return (
            <li key={rule.name} className="flex min-h-10 items-center gap-3 px-3 py-1">
              <Switch checked={version !== undefined} onChange={(on) => set(rule.name, on ? rule.latest : null)} label={<span className="truncate">{rule.name}</span>} />
              <span className="ml-auto">
                {version === undefined ? null : (
                  <Select size="sm" label={`Version of ${rule.name}`} value={String(version)} onChange={(next) => set(rule.name, Number(next))} options={versions.map((each) => ({ value: String(each), label: String(each), ...(each === rule.latest ? { hint: 'newest' } : {}) }))} />
                )}
              </span>
            </li>
          );
        })}
      </ul>
      <p className="mt-1.5 text-sm text-dim">Rules that are not chosen stop. Models come by the aliases the rules name.</p>
    </fieldset>
  );
}
