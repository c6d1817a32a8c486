'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Channel, Route } from '../../../server/alerts/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { sourceWords } from '../../_domain/alert-words.ts';
import { useRefusal } from '../../_shell/me.tsx';
import { AskDialog } from '../../_ui/ask-dialog.tsx';
import { Button } from '../../_ui/button.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { RouteDialog } from './route-dialog.tsx';

const columnsWith = (channels: readonly Channel[]): readonly Column<Route>[] => [
  { id: 'name', header: 'Route', fluid: true, cell: (route) => <span title={route.name} className="block truncate font-medium">{route.name}</span> },
  { id: 'of', header: 'Tells of', from: 'sm', cell: (route) => <span title={route.sources.map((source) => sourceWords[source]).join(', ')}>{limitsOf(route)}</span> },
  { id: 'to', header: 'To', from: 'sm', cell: (route) => route.channels.map((channel) => channel.name).join(', ') || <span className="text-critical">nobody</span> },
  { id: 'end', header: 'Also the end', from: 'md', cell: (route) => (route.tellsResolved ? 'yes' : 'no') },
  { id: 'act', header: '', numeric: true, cell: (route) => <RouteActions route={route} channels={channels} /> },
];

/** Who is told of what. A route may go to any of `channels`. */
export function Routes({ routes, channels }: { routes: readonly Route[]; channels: readonly Channel[] }) {
  return <DataTable columns={columnsWith(channels)} rows={routes} rowKey={(route) => route.id} label="Routes" total={routes.length} />;
}

function limitsOf({ severityMin, sources: [source, ...others], rule, fleet }: Route): string {
  const about = source === undefined ? [] : [others.length === 0 ? sourceWords[source].toLowerCase() : `${others.length + 1} kinds`];
  return [`${severityMin} and above`, ...about, ...(rule === null ? [] : [`rule ${rule}`]), ...(fleet === null ? [] : [`fleet ${fleet.name}`])].join(', ');
}

function RouteActions({ route, channels }: { route: Route; channels: readonly Channel[] }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refused = useRefusal('settings:write', 'Administrators');
  const [doing, setDoing] = useState<'change' | 'remove' | null>(null);
  const remove = useMutation(trpc.settings.notifications.removeRoute.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.settings.pathFilter()) }));
  return (
    <span className="inline-flex gap-1.5">
      <Button size="sm" refused={refused} onClick={() => setDoing('change')}>
        Change
      </Button>
      <Button size="sm" tone="critical" refused={refused} onClick={() => setDoing('remove')}>
        Remove
      </Button>
      <RouteDialog open={doing === 'change'} close={() => setDoing(null)} channels={channels} route={route} />
      <AskDialog
        open={doing === 'remove'}
        onOpenChange={(open) => setDoing(open ? 'remove' : null)}
        title={`Remove ${route.name}?`}
        description="What only it told of is shown here, and nobody is told."
        action="Remove"
        busy={remove.isPending}
        error={remove.error?.message}
        onConfirm={() => remove.mutate({ id: route.id })}
      />
    </span>
  );
}
