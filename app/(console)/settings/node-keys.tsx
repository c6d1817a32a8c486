'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '../../_data/trpc.tsx';
import { Loaded, useFailureToast } from '../../_shell/loaded.tsx';
import { Card } from '../../_ui/card.tsx';
import { Field } from '../../_ui/field.tsx';
import { Select } from '../../_ui/select.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';

const never = 'never';
const usual = ['30', '90', '365'] as const;

/** How old the keys of nodes may become before each is asked for another. */
export function NodeKeys({ refused }: { refused: string | undefined }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const schedule = useQuery(trpc.nodeKeys.schedule.queryOptions());
  const set = useMutation(trpc.nodeKeys.setSchedule.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.nodeKeys.pathFilter()), onError: (error) => failed('Nothing was changed', error) }));
  return (
    <Card title="Keys of nodes" padded>
      <Loaded query={schedule} what="the schedule" skeleton={<SkeletonRows rows={1} />}>
        {({ days }) => {
          const value = days === null ? never : String(days);
          const choices: readonly string[] = value === never || usual.some((one) => one === value) ? usual : [value, ...usual];
          return (
            <div className="max-w-[480px]">
              <Field label="Ask each node for another key" description="It proves the new one by the old one and goes on without a pause; who is away is asked when it is back. One node alone: on its page, Identity.">
                <Select
                  label="Ask each node for another key"
                  className="w-full"
                  value={value}
                  disabled={refused !== undefined || set.isPending}
                  onChange={(next) => set.mutate({ days: next === never ? null : Number(next) })}
                  options={[{ value: never, label: 'Only when somebody asks' }, ...choices.map((one) => ({ value: one, label: `When its key is ${one} days old` }))]}
                />
              </Field>
            </div>
          );
        }}
      </Loaded>
    </Card>
  );
}
