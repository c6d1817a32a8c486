'use client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSettled } from '../_data/settled.ts';
import { useTRPC } from '../_data/trpc.tsx';
import { Finder, type Found } from '../_ui/finder.tsx';

const shownMax = 20;
/** Stands for all fleets. */
export const everyFleet: Found = { value: '', label: 'Every fleet' };

/** One fleet of however many, looked for by its name, or every one of them. */
export function FleetFinder({ chosen, onChange }: { chosen: Found; onChange: (fleet: Found) => void }) {
  const trpc = useTRPC();
  const [text, setText] = useState('');
  const query = useSettled(text);
  const fleets = useQuery(trpc.fleets.list.queryOptions({ limit: shownMax, ...(query === '' ? {} : { query }) })).data;
  const named = fleets?.items.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  const options = query === '' ? [everyFleet, ...named] : named;
  return (
    <Finder
      chosen={chosen}
      onChange={(id) => onChange(options.find(({ value }) => value === id) ?? { value: id, label: id })}
      text={text}
      onText={setText}
      found={fleets === undefined || query !== text ? undefined : { options, left: fleets.total - named.length }}
      placeholder="Part of a fleet’s name"
    />
  );
}
