'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import type { Fleet } from '../../../../server/fleets/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { plural } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { Button } from '../../../_ui/button.tsx';
import { Dialog } from '../../../_ui/dialog.tsx';

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
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) remove.reset();
        onOpenChange(next);
      }}
      title={`Remove fleet ${fleet.name}?`}
      description={fleet.nodes.total > 0 ? `${plural(fleet.nodes.total, 'node')} would belong to no fleet, or to another whose selector matches. Each goes on running what it runs.` : 'It has no node, so nothing changes on any machine.'}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Keep it</Button>
          <Button tone="critical" busy={remove.isPending} onClick={() => remove.mutate({ id: fleet.id })}>
            Remove
          </Button>
        </>
      }
    >
      {remove.isError ? (
        <p role="alert" className="text-critical">
          {failureOf(remove.error).message}
        </p>
      ) : null}
    </Dialog>
  );
}
