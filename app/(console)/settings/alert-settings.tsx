'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '../../_data/trpc.tsx';
import { KeptBy } from '../../_shell/kept-by.tsx';
import { Loaded, useFailureToast } from '../../_shell/loaded.tsx';
import { Card } from '../../_ui/card.tsx';
import { Field } from '../../_ui/field.tsx';
import { Select } from '../../_ui/select.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';

const usual: readonly number[] = [1, 5, 15, 60, 360, 1440, 10_080];

/** How long a node may be away before there is an alert of it. */
export function AlertSettings({ refused }: { refused: string | undefined }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const settings = useQuery(trpc.settings.notifications.alerts.queryOptions());
  const set = useMutation(trpc.settings.notifications.setAlerts.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.settings.notifications.alerts.queryFilter()), onError: (error) => failed('Nothing was changed', error) }));
  return (
    <Card title="Nodes that are away" padded>
      <KeptBy kind="AlertSettings" name="alerts" />
      <Loaded query={settings} what="the settings" skeleton={<SkeletonRows rows={1} />}>
        {({ offlineMinutes }) => (
          <div className="max-w-[480px]">
            <Field label="There is an alert of a node" description="One for each fleet, which ends when all are back. Machines that are switched off at night may be away for longer.">
              <Select
                label="There is an alert of a node"
                className="w-full"
                value={String(offlineMinutes)}
                disabled={refused !== undefined || set.isPending}
                onChange={(next) => set.mutate({ offlineMinutes: Number(next) })}
                options={[...new Set([...usual, offlineMinutes])].sort((left, right) => left - right).map((minutes) => ({ value: String(minutes), label: `When it has had no connection for ${inWords(minutes)}` }))}
              />
            </Field>
          </div>
        )}
      </Loaded>
    </Card>
  );
}

function inWords(minutes: number): string {
  const [count, unit] = minutes % 1440 === 0 ? [minutes / 1440, 'day'] : minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
