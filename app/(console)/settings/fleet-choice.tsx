'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '../../_data/trpc.tsx';
import { count, plural } from '../../_format/number.ts';
import { Checkbox } from '../../_ui/checkbox.tsx';
import { FilterInput } from '../../_ui/filter-input.tsx';
import { Segments } from '../../_ui/segments.tsx';

/** A limit to fleets as people choose it: none, or some by their ids. */
export type FleetLimit = 'all' | readonly string[];

const shownMax = 200;
/** From so many fleets on one looks for them by name. */
const filteredFrom = 9;

/** Whom or what a right is about: the whole organization, or some of its fleets. */
export function FleetChoice({ value, onChange, error }: { value: FleetLimit; onChange: (value: FleetLimit) => void; error?: string | undefined }) {
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 flex w-full items-center gap-3 font-medium">
        Where
        <Segments
          label="Where"
          value={value === 'all' ? 'all' : 'some'}
          onChange={(next) => onChange(next === 'all' ? 'all' : [])}
          options={[{ value: 'all', label: 'The whole organization' }, { value: 'some', label: 'Some fleets' }]}
        />
      </legend>
      {value === 'all' ? null : <Fleets chosen={value} onChange={onChange} />}
      {error === undefined ? null : <p role="alert" className="mt-1.5 text-sm text-critical">{error}</p>}
    </fieldset>
  );
}

function Fleets({ chosen, onChange }: { chosen: readonly string[]; onChange: (chosen: readonly string[]) => void }) {
  const trpc = useTRPC();
  const [query, setQuery] = useState('');
  const list = useQuery({ ...trpc.fleets.list.queryOptions({ limit: shownMax, ...(query === '' ? {} : { query }) }), placeholderData: keepPreviousData }).data;
  if (list === undefined) return <p className="text-dim">Looking for fleets…</p>;
  if (list.total === 0 && query === '') return <p className="text-dim">There is no fleet yet. Create one first, then limit people to it.</p>;
  return (
    <div className="flex flex-col gap-2">
      {list.total >= filteredFrom || query !== '' ? <FilterInput value={query} onChange={setQuery} label="Filter fleets" placeholder="Part of a fleet’s name" /> : null}
      <div className="max-h-52 divide-y divide-line overflow-y-auto rounded-lg border border-line">
        {list.items.map(({ id, name, nodes }) => (
          <div key={id} className="flex min-h-9 items-center px-3">
            <Checkbox label={name} checked={chosen.includes(id)} onChange={(on) => onChange(on ? [...chosen, id] : chosen.filter((each) => each !== id))} />
            <span className="ml-auto text-faint tabular-nums">{plural(nodes.total, 'node')}</span>
          </div>
        ))}
        {list.total > list.items.length ? <p className="px-3 py-2 text-sm text-faint">{count(list.total - list.items.length)} more: type part of a name</p> : null}
        {list.items.length === 0 ? <p className="px-3 py-2 text-dim">No fleet matches.</p> : null}
      </div>
      <p className="text-sm text-dim">Only what belongs to {chosen.length === 1 ? 'this fleet' : 'these fleets'}. Rules and models of all can be read; members, settings and the audit are closed.</p>
    </div>
  );
}
