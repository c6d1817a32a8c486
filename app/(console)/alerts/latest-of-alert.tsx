'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { AlertItem } from '../../../server/alerts/schema.ts';
import { nextCursorOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { paths } from '../../paths.ts';
import { Loaded } from '../../_shell/loaded.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';

const shown = 6;

/** By what detections of an alert are found: its rule, in its fleet. */
export function detectionsOf({ rule, fleet }: AlertItem): { rule?: string; fleet?: string } {
  return { ...(rule === null ? {} : { rule }), ...(fleet === null ? {} : { fleet: fleet.id }) };
}

/** The newest detections of an alert's rule; each answers on its own page why it fired. */
export function LatestOfAlert({ alert }: { alert: AlertItem }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(trpc.detections.list.infiniteQueryOptions({ limit: shown, ...detectionsOf(alert) }, { getNextPageParam: nextCursorOf }));
  return (
    <Loaded query={query} what="its detections" skeleton={<SkeletonRows rows={shown} columns={3} />}>
      {({ pages }) => {
        const rows = pages[0]?.items ?? [];
        if (rows.length === 0) return <p className="px-4 py-6 text-center text-dim">Its detections are no longer kept.</p>;
        return (
          <ul className="divide-y divide-line">
            {rows.map((row) => (
              <li key={row.id} className="flex min-h-9 flex-wrap items-center gap-x-3 px-4 py-1.5">
                <span className="w-24 shrink-0 text-dim"><RelativeTime at={row.at} /></span>
                <Link href={paths.detection(row.id)} className="font-medium hover:underline">{row.title}</Link>
                <span className="text-dim">
                  on <Link href={paths.node(row.node.id)} className="hover:text-ink hover:underline">{row.node.name}</Link>, by {row.rule.name} {row.rule.version}
                </span>
                <Link href={paths.detection(row.id)} className="ml-auto text-accent hover:underline">
                  Why<span className="sr-only"> did {row.title} fire</span>
                </Link>
              </li>
            ))}
          </ul>
        );
      }}
    </Loaded>
  );
}
