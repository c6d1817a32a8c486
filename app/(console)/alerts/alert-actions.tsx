'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { AlertItem } from '../../../server/alerts/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { useFailureToast } from '../../_shell/loaded.tsx';
import { Button } from '../../_ui/button.tsx';

const muteMinutes = 60;

/** What can be done about an alert that is not over. */
export function AlertActions({ alert }: { alert: AlertItem }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const done = {
    onSuccess: () => Promise.all([queryClient.invalidateQueries(trpc.alerts.pathFilter()), queryClient.invalidateQueries(trpc.overview.pathFilter())]),
    onError: (error: Parameters<typeof failed>[1]) => failed('The alert was not changed', error),
  };
  const acknowledge = useMutation(trpc.alerts.acknowledge.mutationOptions(done));
  const resolve = useMutation(trpc.alerts.resolve.mutationOptions(done));
  const mute = useMutation(trpc.alerts.mute.mutationOptions(done));
  if (alert.state === 'Resolved') return null;
  const refused = (may: AlertItem['can']['resolve']): string | undefined => (may.allowed ? undefined : (may.reason ?? 'This cannot be done now.'));
  return (
    <span className="inline-flex gap-1.5">
      {alert.state === 'Open' ? (
        <Button size="sm" busy={acknowledge.isPending} refused={refused(alert.can.acknowledge)} onClick={() => acknowledge.mutate({ id: alert.id })}>
          Take on
        </Button>
      ) : null}
      <Button size="sm" busy={mute.isPending} refused={refused(alert.can.mute)} onClick={() => mute.mutate({ id: alert.id, minutes: muteMinutes })}>
        Mute 1 h
      </Button>
      <Button size="sm" busy={resolve.isPending} refused={refused(alert.can.resolve)} onClick={() => resolve.mutate({ id: alert.id })}>
        Resolve
      </Button>
    </span>
  );
}
