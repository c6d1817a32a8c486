'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '../../_data/trpc.tsx';
import { useFailureToast } from '../../_shell/loaded.tsx';
import { Field } from '../../_ui/field.tsx';
import { Select } from '../../_ui/select.tsx';
import { useToast } from '../../_ui/toast.tsx';

const people = ['The control plane alone', 'The control plane and one person', 'The control plane and two people'] as const;

/** How many have to sign what nodes are to run. */
export function SigningThreshold({ threshold, holders, refused }: { threshold: number; holders: number; refused: string | undefined }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const failed = useFailureToast();
  const set = useMutation(
    trpc.settings.signingKeys.setThreshold.mutationOptions({
      onSuccess: ({ outcome }) => {
        if (outcome === 'waits') toast({ tone: 'notice', title: 'The change waits for signatures', description: 'It is made when those who hold keys have signed it: so they show that they can.' });
        return Promise.all([queryClient.invalidateQueries(trpc.settings.signingKeys.pathFilter()), queryClient.invalidateQueries(trpc.signing.pathFilter())]);
      },
      onError: (error) => failed('Nothing was changed', error),
    }),
  );
  return (
    <div className="max-w-[520px] px-4 py-4">
      <Field label="Who has to sign a bundle before nodes take it on" description={refused ?? (holders === 0 ? 'Add the keys of people first, to ask for more than the control plane.' : `${holders} ${holders === 1 ? 'person holds a key' : 'people hold keys'}.`)}>
        <Select
          label="Who has to sign a bundle before nodes take it on"
          className="w-full"
          value={String(threshold)}
          disabled={refused !== undefined || set.isPending}
          onChange={(next) => set.mutate({ threshold: Number(next) })}
          options={people.flatMap((label, index) => (index <= Math.max(holders, threshold - 1) ? [{ value: String(index + 1), label }] : []))}
        />
      </Field>
    </div>
  );
}
