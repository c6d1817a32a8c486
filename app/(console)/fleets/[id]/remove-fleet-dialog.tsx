'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import type { Fleet } from '../../../../server/fleets/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { plural } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { AskDialog } from '../../../_ui/ask-dialog.tsx';

/** Takes the fleet away; says what becomes of its nodes first. */
export function RemoveFleetDialog({ fleet, open, onOpenChange }: { fleet: Fleet; open: boolean; onOpenChange: (open: boolean) => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const remove = useMutation(
    trpc.fleets.remove.mutationOptions({
      onSuccess: async () => {
        router.push(paths.fleets());
        await queryClient.invalidateQueries({ ...trpc.fleets.list.pathFilter() });
      },
    }),
  );
  return (
    <AskDialog
      open={open}
      onOpenChange={(next) => {
        if (!next) remove.reset();
        onOpenChange(next);
      }}
      title={`Remove fleet ${fleet.name}?`}
      description={fleet.nodes.total > 0 ? `${plural(fleet.nodes.total, 'node')} would belong to no fleet, or to another whose selector matches. Each goes on running what it runs.` : 'It has no node, so nothing changes on any machine.'}
      keep="Keep it"
      action="Remove"
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ id: fleet.id })}
      error={remove.isError ? failureOf(remove.error).message : undefined}
    />
  );
}
