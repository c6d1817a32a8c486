'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { labelOf } from '../../../../server/documents/schema.ts';
import type { RepositoryDetail } from '../../../../server/repositories/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { plural } from '../../../_format/number.ts';
import { AskDialog } from '../../../_ui/ask-dialog.tsx';
import { Checkbox } from '../../../_ui/checkbox.tsx';
import { actionWords } from './differences.tsx';

/** Asks for all that differs to be applied; the branch is asked once more before. */
export function SyncDialog({ repository, open, close }: { repository: RepositoryDetail; open: boolean; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [prune, setPrune] = useState(false);
  const sync = useMutation(
    trpc.repositories.sync.mutationOptions({
      onSuccess: async () => {
        close();
        await queryClient.invalidateQueries(trpc.repositories.pathFilter());
      },
    }),
  );
  const differing = repository.changes.filter(({ action }) => action !== 'same');
  const leaving = differing.filter(({ action }) => action === 'prune');
  return (
    <AskDialog
      open={open}
      onOpenChange={(next) => {
        if (next) return;
        sync.reset();
        close();
      }}
      title={`Sync ${repository.name}?`}
      description={differing.length === 0 ? 'Nothing differs as far as is known. The branch is asked once more, and what is new is applied.' : `${plural(differing.length, 'thing')} would change, by what is known now. The branch is asked once more before. Deployments go in their waves, as any other.`}
      tone="primary"
      action="Sync"
      busy={sync.isPending}
      onConfirm={() => sync.mutate({ id: repository.id, prune })}
      error={sync.isError ? failureOf(sync.error).message : undefined}
    >
      {differing.length === 0 ? null : (
        <ul className="max-h-56 overflow-y-auto" tabIndex={0}>
          {differing.map((change) => (
            <li key={labelOf(change)} className="flex gap-2">
              <span className="w-16 shrink-0 text-dim">{actionWords[change.action].word}</span>
              <span className="min-w-0 break-words">{labelOf(change)}</span>
            </li>
          ))}
        </ul>
      )}
      {leaving.length === 0 || repository.prune ? null : <Checkbox label={`Remove ${leaving.length === 1 ? 'what is' : 'the things that are'} no longer in it, this once`} checked={prune} onChange={setPrune} />}
    </AskDialog>
  );
}
