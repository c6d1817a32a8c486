'use client';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import type { Delivery } from '../../../server/alerts/schema.ts';
import { nextCursorOf, rowsOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { paths } from '../../paths.ts';
import { Loaded } from '../../_shell/loaded.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { Status, type Tone } from '../../_ui/status.tsx';
import { AlertSettings } from './alert-settings.tsx';
import { Channels } from './channels.tsx';
import { NotificationSecrets } from './notification-secrets.tsx';
import { RouteDialog } from './route-dialog.tsx';
import { Routes } from './routes.tsx';

const deliveryStates: Record<Delivery['state'], { tone: Tone; means: string }> = {
  Pending: { tone: 'info', means: 'It is tried, or tried again.' },
  Delivered: { tone: 'positive', means: 'The far end took it.' },
  Failed: { tone: 'critical', means: 'It was given up.' },
};
const events: Record<Delivery['event'], string> = { opened: 'opened', resolved: 'resolved', test: 'A test', testResolved: 'The end of a test' };

const deliveryColumns: readonly Column<Delivery>[] = [
  { id: 'what', header: 'Message', cell: (delivery) => (delivery.alert === null ? events[delivery.event] : <Link href={paths.alerts({ alert: delivery.alert.id })} className="hover:underline">{delivery.alert.title}: {events[delivery.event]}</Link>) },
  { id: 'to', header: 'Channel', cell: (delivery) => delivery.channel.name },
  { id: 'state', header: 'State', cell: (delivery) => <Status tone={deliveryStates[delivery.state].tone} word={delivery.state} detail={deliveryStates[delivery.state].means} moving={delivery.state === 'Pending'} /> },
  { id: 'error', header: 'What the far end said', from: 'lg', cell: (delivery) => delivery.error ?? <span className="text-faint">–</span> },
  { id: 'attempts', header: 'Tries', numeric: true, from: 'sm', cell: (delivery) => delivery.attempts },
  { id: 'at', header: 'Asked for', numeric: true, from: 'sm', cell: (delivery) => <RelativeTime at={delivery.createdAt} /> },
];

/** Where notifications go, what they are about, and how each of them went. */
export function Notifications({ add }: { add: ReactNode }) {
  const trpc = useTRPC();
  const settings = useQuery(trpc.settings.notifications.get.queryOptions());
  const deliveries = useInfiniteQuery({ ...trpc.settings.notifications.deliveries.infiniteQueryOptions({ limit: 20 }, { getNextPageParam: nextCursorOf }), refetchInterval: 3_000 });
  const [routing, setRouting] = useState(false);
  const refused = useRefusal('settings:write', 'Administrators');
  return (
    <div className="flex flex-col gap-4">
      <Card title="Channels" subtitle="where notifications go">
        <Loaded query={settings} what="the channels" skeleton={<SkeletonRows rows={3} columns={4} />}>
          {({ channels }) => (channels.length === 0 ? <EmptyState kind="nothing-yet" title="Nobody is told yet" action={add}>A webhook, a mail server, Slack or PagerDuty.</EmptyState> : <Channels channels={channels} />)}
        </Loaded>
      </Card>
      <Card title="Routes" subtitle="who is told of what" actions={<Button size="sm" onClick={() => setRouting(true)} refused={refused ?? (settings.data?.channels.length === 0 ? 'Add a channel first.' : undefined)}>Add a route</Button>}>
        <Loaded query={settings} what="the routes" skeleton={<SkeletonRows rows={3} columns={4} />}>
          {({ routes, channels }) => (routes.length === 0 ? <EmptyState kind="nothing-yet" title="No route yet">Without one alerts are shown here and nobody is told.</EmptyState> : <Routes routes={routes} channels={channels} />)}
        </Loaded>
      </Card>
      <NotificationSecrets refused={refused} />
      <AlertSettings refused={refused} />
      <Card title="Deliveries" subtitle="newest first" live>
        <Loaded query={deliveries} what="the deliveries" skeleton={<SkeletonRows rows={4} columns={5} />}>
          {(data) => {
            const { rows, total } = rowsOf(data);
            if (rows.length === 0) return <EmptyState kind="nothing-yet" title="Nothing was sent yet">What is sent shows here, with what the far end said.</EmptyState>;
            return <DataTable columns={deliveryColumns} rows={rows} rowKey={(delivery) => delivery.id} label="Deliveries" total={total} more={deliveries.hasNextPage ? () => void deliveries.fetchNextPage() : undefined} loadingMore={deliveries.isFetchingNextPage} />;
          }}
        </Loaded>
      </Card>
      <RouteDialog open={routing} close={() => setRouting(false)} channels={settings.data?.channels ?? []} />
    </div>
  );
}
