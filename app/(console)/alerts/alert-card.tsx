'use client';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { AlertItem } from '../../../server/alerts/schema.ts';
import { nextCursorOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { count } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { Loaded } from '../../_shell/loaded.tsx';
import { Card, Grid } from '../../_ui/card.tsx';
import { Details } from '../../_ui/details.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { AlertActions } from './alert-actions.tsx';
import { AlertState } from './alert-state.tsx';

/** One alert whole: how it stands and who has it, and beside it what made it. */
export function AlertCard({ id }: { id: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.alerts.get.queryOptions({ id }));
  return (
    <div className="mb-4">
      <Loaded query={query} what="this alert" skeleton={<Card><SkeletonRows rows={6} columns={2} /></Card>}>
        {(alert) => (
          <Grid>
            <Card span={alert.source === 'detection' ? 5 : 12} title={alert.title} actions={<AlertActions alert={alert} />} live>
              <Details rows={rowsOf(alert)} />
            </Card>
            {alert.source === 'detection' ? <LatestDetections alert={alert} /> : null}
          </Grid>
        )}
      </Loaded>
    </div>
  );
}

function rowsOf(alert: AlertItem): { name: string; value: ReactNode }[] {
  const link = (href: string, text: string) => <Link href={href} className="text-accent hover:underline">{text}</Link>;
  const who = (one: { by: string; at: number }) => <>{one.by}, <RelativeTime at={one.at} /></>;
  return [
    { name: 'State', value: <AlertState alert={alert} /> },
    { name: 'Happened', value: <>{alert.count === 1 ? 'once' : `${count(alert.count)} times`}, last <RelativeTime at={alert.lastAt} />{alert.count === 1 ? null : <>, first <RelativeTime at={alert.firstAt} /></>}</> },
    ...(alert.detail === '' ? [] : [{ name: alert.count > 1 && alert.source === 'detection' ? 'The latest' : 'What', value: alert.detail }]),
    ...(alert.rule === null ? [] : [{ name: 'Rule', value: link(paths.rule(alert.rule), alert.rule) }]),
    ...(alert.node === null ? [] : [{ name: 'Node', value: link(paths.node(alert.node.id), alert.node.name) }]),
    ...(alert.fleet === null ? [] : [{ name: 'Fleet', value: link(paths.fleet(alert.fleet.id), alert.fleet.name) }]),
    ...(alert.deployment === null ? [] : [{ name: 'Deployment', value: link(paths.deployment(alert.deployment), 'The rollout') }]),
    { name: 'Taken on', value: alert.acknowledged === null ? 'by nobody yet' : who(alert.acknowledged) },
    ...(alert.mutedUntil === null ? [] : [{ name: 'Muted until', value: <RelativeTime at={alert.mutedUntil} /> }]),
    ...(alert.resolved === null ? [] : [{ name: 'Resolved', value: who(alert.resolved) }]),
  ];
}

const shown = 6;

/** The newest detections of an alert's rule; each answers on its own page why it fired. */
function LatestDetections({ alert }: { alert: AlertItem }) {
  const trpc = useTRPC();
  const filter = { rule: alert.rule ?? undefined, fleet: alert.fleet?.id };
  const query = useInfiniteQuery(trpc.detections.list.infiniteQueryOptions({ limit: shown, ...(filter.rule === undefined ? {} : { rule: filter.rule }), ...(filter.fleet === undefined ? {} : { fleet: filter.fleet }) }, { getNextPageParam: nextCursorOf }));
  return (
    <Card span={7} title="What made it" subtitle="the latest first" actions={<Link href={paths.detections(filter)} className="hover:text-ink">All detections</Link>} live>
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
    </Card>
  );
}
