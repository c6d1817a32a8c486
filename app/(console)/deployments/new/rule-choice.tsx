'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { useTRPC } from '../../../_data/trpc.tsx';
import { plural } from '../../../_format/number.ts';
import { Loaded } from '../../../_shell/loaded.tsx';
import { FilterInput } from '../../../_ui/filter-input.tsx';
import { Select } from '../../../_ui/select.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { Switch } from '../../../_ui/switch.tsx';
import { rulesMatching, versionsOf, type ChosenRules } from './choices.ts';

/** So many are found by eye. */
const filterFrom = 9;

/** The whole set that the fleet is to run, with the version of each: what is chosen stands first, the rest is looked for by name. */
export function RuleChoice({ chosen, onChange }: { chosen: ChosenRules; onChange: (chosen: ChosenRules) => void }) {
  const trpc = useTRPC();
  const [query, setQuery] = useState('');
  const list = useQuery({ ...trpc.rules.list.queryOptions(rulesMatching(query)), placeholderData: keepPreviousData });
  const look = useCallback((text: string) => setQuery(text), []);
  const set = (name: string, version: number | null) => {
    const next = new Map(chosen);
    if (version === null) next.delete(name);
    else next.set(name, version);
    onChange(next);
  };
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium">Rules</legend>
      <Loaded query={list} what="the rules" skeleton={<SkeletonRows rows={3} columns={2} />}>
        {({ items, total }) => {
          const newest = new Map(items.flatMap((rule) => (rule.latest === null ? [] : [[rule.name, rule.latest.version] as const])));
          const others = [...newest.keys()].filter((name) => !chosen.has(name));
          return (
            <>
              {total >= filterFrom || query !== '' ? (
                <div className="mb-2">
                  <FilterInput value={query} onChange={look} label="Look for a rule" placeholder={`Look among ${plural(total, 'rule')}`} />
                </div>
              ) : null}
              <ul className="max-h-[420px] divide-y divide-line overflow-y-auto rounded-md border border-line">
                {[...[...chosen.keys()].sort(), ...others].map((name) => (
                  <Rule key={name} name={name} version={chosen.get(name)} newest={newest.get(name)} onChange={(version) => set(name, version)} />
                ))}
                {chosen.size + others.length === 0 ? <li className="px-3 py-2 text-dim">No published rule has “{query}” in its name.</li> : null}
              </ul>
              {total > items.length ? <p className="mt-1.5 text-sm text-dim">{plural(total - items.length, 'more rule')}: look for it by name.</p> : null}
            </>
          );
        }}
      </Loaded>
      <p className="mt-1.5 text-sm text-dim">Rules that are not chosen stop. Models come by the aliases the rules name.</p>
    </fieldset>
  );
}

function Rule({ name, version, newest, onChange }: { name: string; version: number | undefined; newest: number | undefined; onChange: (version: number | null) => void }) {
  return (
    <li className="flex min-h-10 items-center gap-3 px-3 py-1">
      <Switch checked={version !== undefined} onChange={(on) => onChange(on ? (newest ?? null) : null)} label={<span className="truncate">{name}</span>} />
      <span className="ml-auto">
        {version === undefined ? null : (
          <Select
            size="sm"
            label={`Version of ${name}`}
            value={String(version)}
            onChange={(next) => onChange(Number(next))}
            options={versionsOf(newest, version).map((each) => ({ value: String(each), label: String(each), ...(each === newest ? { hint: 'newest' } : {}) }))}
          />
        )}
      </span>
    </li>
  );
}
