'use client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSettled } from '../_data/settled.ts';
import { useTRPC } from '../_data/trpc.tsx';
import { plural } from '../_format/number.ts';
import { Finder, type Found } from '../_ui/finder.tsx';

const shownMax = 20;
/** Stands for all fleets. */
export const everyFleet: Found = { value: '', label: 'Every fleet' };

/**
 * One fleet of however many by its id, looked for by its name, or what `others` stand for. Fleets are asked for when it opens, and the one that is chosen
 * for its name alone; of then where a moment is given. Inside a Field it takes the field's label; alone it needs `label`.
 */
export function FleetFinder({ chosen, onChange, others = [everyFleet], label, at, wide = false }: {
  chosen: string | null;
  onChange: (fleet: string) => void;
  others?: readonly Found[];
  label?: string;
  at?: number | undefined;
  wide?: boolean;
}) {
  const trpc = useTRPC();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const query = useSettled(text);
  const then = at === undefined ? {} : { at };
  const fleets = useQuery({ ...trpc.fleets.list.queryOptions({ limit: shownMax, ...(query === '' ? {} : { query }), ...then }), enabled: open }).data;
  const options = [...(query === '' ? others : []), ...(fleets?.items ?? []).map(({ id, name, nodes }) => ({ value: id, label: name, hint: plural(nodes.total, 'node') }))];
  return (
    <Finder
      {...(label === undefined ? {} : { label })}
      chosen={useChosen(chosen, others, at)}
      onChange={onChange}
      onOpenChange={setOpen}
      text={text}
      onText={setText}
      found={fleets === undefined || query !== text ? undefined : { options, left: fleets.total - fleets.items.length }}
      placeholder="Part of a fleet’s name"
      wide={wide}
    />
  );
}

/** What is chosen, under its name: an address may name a fleet that is gone. */
function useChosen(chosen: string | null, others: readonly Found[], at: number | undefined): Found | null {
  const trpc = useTRPC();
  const other = others.find(({ value }) => value === chosen);
  const fleet = useQuery({ ...trpc.fleets.get.queryOptions({ id: chosen ?? '', ...(at === undefined ? {} : { at }) }), enabled: chosen !== null && other === undefined });
  if (chosen === null) return null;
  return other ?? { value: chosen, label: fleet.data?.name ?? (fleet.isError ? 'A fleet that is not there' : '…') };
}
