'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import type { RepositoryDetail } from '../../../../server/repositories/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { plural } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { AskDialog } from '../../../_ui/ask-dialog.tsx';

/** Takes the repository away, and nothing that it made. */
export function RemoveRepositoryDialog({ repository, open, close }: { repository: RepositoryDetail; open: boolean; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const remove = useMutation(
    trpc.repositories.remove.mutationOptions({
      onSuccess: async () => {
        router.push(paths.repositories());
        await queryClient.invalidateQueries(trpc.repositories.list.pathFilter());
      },
    }),
  );
  return (
    <AskDialog
      open={open}
      onOpenChange={(next) => {
        if (next) return;
        remove.reset();
        close();
      }}
      title={`Remove repository ${repository.name}?`}
      description={`It is no longer read, and its credential is forgotten. ${repository.objects === 0 ? 'It keeps nothing here.' : `${plural(repository.objects, 'thing')} that it keeps stay as they are, for people to change.`}`}
      keep="Keep it"
      action="Remove"
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ id: repository.id })}
      error={remove.isError ? failureOf(remove.error).message : undefined}
    />
  );
}
