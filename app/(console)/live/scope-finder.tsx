'use client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSettled } from '../../_data/settled.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Finder, type Found } from '../../_ui/finder.tsx';
import { scopesToFind } from './live-filters.ts';

const everything: Found = { value: 'all', label: 'Everything' };

/** Everything, a fleet or a node, of however many there are. */
export function ScopeFinder({ chosen, onChange }: { chosen: Found | null; onChange: (scope: string) => void }) {
  const trpc = useTRPC();
  const [text, setText] = useState('');
  const query = useSettled(text);
  const input = scopesToFind(query);
  const fleets = useQuery(trpc.fleets.list.queryOptions(input)).data;
  const nodes = useQuery(trpc.nodes.list.queryOptions(input)).data;
  const options = [
    ...(query === '' ? [everything] : []),
    ...(fleets?.items ?? []).map(({ id, name }) => ({ value: `fleet:${id}`, label: name, hint: 'fleet' })),
    ...(nodes?.items ?? []).map(({ id, name }) => ({ value: `node:${id}`, label: name, hint: 'node' })),
  ];
  const left = (fleets?.total ?? 0) - (fleets?.items.length ?? 0) + (nodes?.total ?? 0) - (nodes?.items.length ?? 0);
  return <Finder label="Of" chosen={chosen ?? everything} onChange={onChange} text={text} onText={setText} found={fleets === undefined || nodes === undefined || query !== text ? undefined : { options, left }} placeholder="Part of the name of a fleet or node" />;
}
