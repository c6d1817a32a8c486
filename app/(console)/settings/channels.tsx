'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Channel } from '../../../server/alerts/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { channelWords } from '../../_domain/alert-words.ts';
import { useFailureToast } from '../../_shell/loaded.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { AskDialog } from '../../_ui/ask-dialog.tsx';
import { Button } from '../../_ui/button.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { useToast } from '../../_ui/toast.tsx';
import { ChannelDialog } from './channel-dialog.tsx';

const columns: readonly Column<Channel>[] = [
  { id: 'name', header: 'Channel', cell: (channel) => <span className="font-medium">{channel.name}</span> },
  { id: 'kind', header: 'Kind', from: 'sm', cell: (channel) => channelWords[channel.kind] },
  { id: 'target', header: 'Goes to', mono: true, from: 'md', cell: (channel) => channel.target },
  { id: 'by', header: 'Added by', from: 'lg', cell: (channel) => channel.createdBy },
  { id: 'act', header: '', numeric: true, cell: (channel) => <ChannelActions channel={channel} /> },
];

/** Where notifications go. */
export function Channels({ channels }: { channels: readonly Channel[] }) {
  return <DataTable columns={columns} rows={channels} rowKey={(channel) => channel.id} label="Channels" total={channels.length} />;
}

function ChannelActions({ channel }: { channel: Channel }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const failed = useFailureToast();
  const refused = useRefusal('settings:write', 'Administrators');
  const [doing, setDoing] = useState<'change' | 'remove' | null>(null);
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
  const remove = useMutation(trpc.settings.notifications.removeChannel.mutationOptions({ onSuccess: refresh }));
  return (
    <span className="inline-flex gap-1.5">
      <Button size="sm" busy={test.isPending} refused={refused} onClick={() => test.mutate({ id: channel.id })}>
        Test
      </Button>
      <Button size="sm" refused={refused} onClick={() => setDoing('change')}>
        Change
      </Button>
      <Button size="sm" tone="critical" refused={refused} onClick={() => setDoing('remove')}>
        Remove
      </Button>
      <ChannelDialog open={doing === 'change'} close={() => setDoing(null)} channel={channel} />
      <AskDialog
        open={doing === 'remove'}
        onOpenChange={(open) => setDoing(open ? 'remove' : null)}
        title={`Remove ${channel.name}?`}
        description="Nobody is told by it any more, and what waits to be told by it is gone. Routes go on with their other channels."
        action="Remove"
        busy={remove.isPending}
        error={remove.error?.message}
        onConfirm={() => remove.mutate({ id: channel.id })}
      />
    </span>
  );
}
