'use client';
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useDeferredValue, type ReactNode } from 'react';
import type { FleetPreview } from '../../../server/fleets/schema.ts';
import { failureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { count, plural } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { Shape } from '../../_ui/status.tsx';

/** What a selector would do if it were saved; `fleet` is absent for one that does not exist yet. */
export function useSelectorPreview(selector: string, fleet?: string) {
  const trpc = useTRPC();
  const text = useDeferredValue(selector.trim());
  return useQuery({ ...trpc.fleets.preview.queryOptions(text === '' ? skipToken : { selector: text, ...(fleet ? { id: fleet } : {}) }), placeholderData: keepPreviousData, staleTime: 5000 });
}

/** "+12, −3 nodes", which they are, and where another fleet stands in the way. */
export function SelectorPreview({ preview }: { preview: ReturnType<typeof useSelectorPreview> }) {
  if (preview.isError) return <p className="text-critical">{failureOf(preview.error).message}</p>;
  const data = preview.data;
  if (!data || data.error) return <p className="min-h-[18px] text-dim">{data?.error ? '' : 'The nodes it names show here as you type.'}</p>;
  return (
    <div role="status" className="flex flex-col gap-2 rounded-md border border-line bg-raised px-3 py-2.5" data-live-data="">
      <p>
        <b className="font-medium">{plural(data.total, 'node')}</b> <span className="text-dim">would belong to it.</span> <Difference data={data} />
      </p>
      <NodeNames tone="positive" verb="would join" list={data.added} />
      <NodeNames tone="notice" verb="would be left without a fleet" list={data.removed} />
      {data.moved.total > 0 ? (
        <Line tone="notice">
          {plural(data.moved.total, 'node')} would move:{' '}
          {data.moved.nodes.slice(0, 5).map((node, index) => (
            <span key={node.id}>
              {index > 0 ? ', ' : ''}
              {node.name} from {node.from} to {node.to}
            </span>
          ))}
          {data.moved.total > 5 ? ` and ${count(data.moved.total - 5)} more` : ''}.
        </Line>
      ) : null}
      {data.joining.map(({ fleet, nodes, first, says }) => (
        <Line key={fleet.id} tone={first === nodes ? 'notice' : 'positive'}>
          {says}
        </Line>
      ))}
      {data.overlaps.map((overlap) => (
        <Line key={overlap.fleet.id} tone="notice">
          {plural(overlap.nodes, 'node')} also match{overlap.nodes === 1 ? 'es' : ''}{' '}
          <Link href={paths.fleet(overlap.fleet.id)} className="underline">
            {overlap.fleet.name}
          </Link>{' '}
          and would stay where {overlap.nodes === 1 ? 'it is' : 'they are'}.
        </Line>
      ))}
    </div>
  );
}

function Difference({ data }: { data: FleetPreview }) {
  if (data.added.total === 0 && data.moved.total === 0 && data.removed.total === 0) return <span className="text-dim">None would come or go.</span>;
  return (
    <span className="tabular-nums">
      <span className="text-positive">+{count(data.added.total)}</span>, <span className="text-notice">−{count(data.removed.total)}</span>
    </span>
  );
}

function NodeNames({ tone, verb, list }: { tone: 'positive' | 'notice'; verb: string; list: FleetPreview['added'] }) {
  if (list.total === 0) return null;
  const shown = list.nodes.slice(0, 5);
  return (
    <Line tone={tone}>
      {shown.map((node) => node.name).join(', ')}
      {list.total > shown.length ? ` and ${count(list.total - shown.length)} more` : ''} {verb}.
    </Line>
  );
}

function Line({ tone, children }: { tone: 'positive' | 'notice'; children: ReactNode }) {
  return (
    <p className="flex gap-2 text-dim">
      <Shape tone={tone} className="mt-[3px]" />
      <span className="min-w-0">{children}</span>
    </p>
  );
}
