'use client';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import type { Channel, Delivery, Route } from '../../../server/alerts/schema.ts';
import { nextCursorOf, rowsOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { paths } from '../../paths.ts';
import { Loaded, useFailureToast } from '../../_shell/loaded.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { Status, type Tone } from '../../_ui/status.tsx';
import { useToast } from '../../_ui/toast.tsx';
import { AlertSettings } from './alert-settings.tsx';
import { CreateRouteDialog } from './create-route-dialog.tsx';

export const kindWords: Record<Channel['kind'], string> = { webhook: 'Webhook', slack: 'Slack', pagerduty: 'PagerDuty', email: 'E-mail' };
const deliveryStates: Record<Delivery['state'], { tone: Tone; means: string }> = {
  Pending: { tone: 'info', means: 'It is tried, or tried again.' },
  Delivered: { tone: 'positive', means: 'The far end took it.' },
  Failed: { tone: 'critical', means: 'It was given up.' },
};
const events: Record<Delivery['event'], string> = { opened: 'opened', resolved: 'resolved', test: 'test' };

const channelColumns: readonly Column<Channel>[] = [
  { id: 'name', header: 'Channel', cell: (channel) => <span className="font-medium">{channel.name}</span> },
  { id: 'kind', header: 'Kind', cell: (channel) => kindWords[channel.kind] },
  { id: 'target', header: 'Goes to', mono: true, from: 'md', cell: (channel) => channel.target },
  { id: 'by', header: 'Added by', from: 'lg', cell: (channel) => channel.createdBy },
  { id: 'act', header: '', numeric: true, cell: (channel) => <ChannelActions channel={channel} /> },
];

const routeColumns: readonly Column<Route>[] = [
  { id: 'name', header: 'Route', cell: (route) => <span className="font-medium">{route.name}</span> },
  { id: 'of', header: 'Tells of', cell: (route) => `${route.severityMin} and above${route.rule === null ? '' : `, rule ${route.rule}`}${route.fleet === null ? '' : `, fleet ${route.fleet.name}`}` },
  { id: 'to', header: 'To', cell: (route) => route.channels.map((channel) => channel.name).join(', ') || <span className="text-critical">nobody</span> },
  { id: 'end', header: 'Also the end', from: 'md', cell: (route) => (route.tellsResolved ? 'yes' : 'no') },
  { id: 'act', header: '', numeric: true, cell: (route) => <RemoveRoute route={route} /> },
];

const deliveryColumns: readonly Column<Delivery>[] = [
  { id: 'what', header: 'Message', cell: (delivery) => (delivery.alert === null ? 'A test' : <Link href={paths.alerts({ alert: delivery.alert.id })} className="hover:underline">{delivery.alert.title}: {events[delivery.event]}</Link>) },
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
          {({ channels }) => (channels.length === 0 ? <EmptyState kind="nothing-yet" title="Nobody is told yet" action={add}>A webhook, a mail server, Slack or PagerDuty.</EmptyState> : <DataTable columns={channelColumns} rows={channels} rowKey={(channel) => channel.id} label="Channels" total={channels.length} />)}
        </Loaded>
      </Card>
      <Card title="Routes" subtitle="who is told of what" actions={<Button size="sm" onClick={() => setRouting(true)} refused={refused ?? (settings.data?.channels.length === 0 ? 'Add a channel first.' : undefined)}>Add a route</Button>}>
        <Loaded query={settings} what="the routes" skeleton={<SkeletonRows rows={3} columns={4} />}>
          {({ routes }) => (routes.length === 0 ? <EmptyState kind="nothing-yet" title="No route yet">Without one alerts are shown here and nobody is told.</EmptyState> : <DataTable columns={routeColumns} rows={routes} rowKey={(route) => route.id} label="Routes" total={routes.length} />)}
        </Loaded>
      </Card>
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
      <CreateRouteDialog open={routing} close={() => setRouting(false)} channels={settings.data?.channels ?? []} />
    </div>
  );
}

function ChannelActions({ channel }: { channel: Channel }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const failed = useFailureToast();
  const refused = useRefusal('settings:write', 'Administrators');
  const refresh = () => queryClient.invalidateQueries(trpc.settings.pathFilter());
  const test = useMutation(
    trpc.settings.notifications.testChannel.mutationOptions({
      onSuccess: () => {
        toast({ tone: 'info', title: `A test goes to ${channel.name}`, description: 'The deliveries say how it went.' });
        return refresh();
      },
      onError: (error) => failed('The test was not sent', error),
    }),
  );
  const remove = useMutation(trpc.settings.notifications.removeChannel.mutationOptions({ onSuccess: refresh, onError: (error) => failed('The channel was not removed', error) }));
  return (
    <span className="inline-flex gap-1.5">
      <Button size="sm" busy={test.isPending} refused={refused} onClick={() => test.mutate({ id: channel.id })}>
        Test
      </Button>
      <Button size="sm" tone="critical" busy={remove.isPending} refused={refused} onClick={() => remove.mutate({ id: channel.id })}>
        Remove
      </Button>
    </span>
  );
}

function RemoveRoute({ route }: { route: Route }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const refused = useRefusal('settings:write', 'Administrators');
  const remove = useMutation(trpc.settings.notifications.removeRoute.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.settings.pathFilter()), onError: (error) => failed('The route was not removed', error) }));
  return (
    <Button size="sm" tone="critical" busy={remove.isPending} refused={refused} onClick={() => remove.mutate({ id: route.id })}>
      Remove
    </Button>
  );
}
