'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { nextCursorOf, rowsOf } from '../../../_data/pages.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import type { TimelineEntry } from '../../../../server/nodes/schema.ts';
import { date } from '../../../_format/time.ts';
import { Loaded } from '../../../_shell/loaded.tsx';
import { Card } from '../../../_ui/card.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { useZone } from '../../../_ui/moment.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { ShowMore } from '../../../_ui/show-more.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { Shape } from '../../../_ui/status.tsx';

/** What happened to the node, the latest first, by whom; up to a moment where one is given. */
export function TimelineTab({ id, at }: { id: string; at?: number }) {
  const trpc = useTRPC();
  const zone = useZone();
  const timeline = useInfiniteQuery(trpc.nodes.timeline.infiniteQueryOptions({ id, limit: 50, ...(at === undefined ? {} : { at }) }, { getNextPageParam: nextCursorOf }));
  return (
    <Card live={at === undefined}>
      <Loaded query={timeline} what="the timeline" skeleton={<SkeletonRows rows={10} columns={3} />}>
        {(data) => {
          const { rows } = rowsOf(data);
          if (rows.length === 0) return <EmptyState kind="nothing-yet" title="Nothing has happened yet">Connections, activations and conditions of this node appear here.</EmptyState>;
          return (
            <>
              <ol>
                {rows.map((entry, index) => (
                  <Entry key={entry.id} entry={entry} day={index === 0 || date(rows[index - 1]?.at ?? 0, zone) !== date(entry.at, zone) ? date(entry.at, zone) : null} />
                ))}
              </ol>
              <ShowMore query={timeline} />
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}

function Entry({ entry, day }: { entry: TimelineEntry; day: string | null }) {
  return (
    <>
      {day ? (
        <li className="border-b border-line bg-raised/50 px-4 py-1 text-sm text-faint">
          {day}
        </li>
      ) : null}
      <li className="grid grid-cols-[18px_1fr] gap-x-2.5 gap-y-0.5 border-b border-line px-4 py-2 last:border-b-0 sm:grid-cols-[18px_92px_170px_1fr_auto]">
        <Shape tone={entry.tone} className="mt-[3px]" />
        <span className="text-dim">
          <RelativeTime at={entry.at} />
        </span>
        <code className="max-sm:col-start-2">{entry.reason}</code>
        <span className="max-sm:col-start-2">{entry.message}</span>
        <span className="text-faint max-sm:col-start-2">{entry.source.kind === 'person' ? entry.source.name : entry.source.kind}</span>
      </li>
    </>
  );
}
