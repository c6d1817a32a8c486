'use client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSettled } from '../_data/settled.ts';
import { useTRPC } from '../_data/trpc.tsx';
import { Finder, type Found } from '../_ui/finder.tsx';

const shownMax = 20;

/** One node of however many, looked for by its name. */
export function NodeFinder({ chosen, onChange, label }: { chosen: Found | null; onChange: (node: Found) => void; label?: string }) {
  const trpc = useTRPC();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const query = useSettled(text);
  const nodes = useQuery({ ...trpc.nodes.list.queryOptions({ limit: shownMax, ...(query === '' ? {} : { query }) }), enabled: open }).data;
  const options = nodes?.items.map(({ id, name, health }) => ({ value: id, label: name, hint: health.status })) ?? [];
  return (
    <Finder
      {...(label === undefined ? {} : { label })}
      chosen={chosen}
      onChange={(id) => onChange(options.find(({ value }) => value === id) ?? { value: id, label: id })}
      onOpenChange={setOpen}
      text={text}
      onText={setText}
      found={nodes === undefined || query !== text ? undefined : { options, left: nodes.total - options.length }}
      placeholder="Part of a node’s name"
    />
  );
}
