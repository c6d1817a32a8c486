'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import type { SigningRequest } from '../../../server/bundles/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Signatures } from '../../_domain/signatures.tsx';
import { useFailureToast } from '../../_shell/loaded.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { paths } from '../../paths.ts';

/** What waits for people who hold keys; nothing at all while nothing does. */
export function SigningRequests() {
  const trpc = useTRPC();
  const list = useQuery(trpc.signing.list.queryOptions({}));
  return list.data?.items.map((request) => <Request key={request.digest} request={request} />);
}

function Request({ request }: { request: SigningRequest }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const refused = useRefusal('settings:write', 'Administrators');
  const withdraw = useMutation(
    trpc.settings.signingKeys.withdraw.mutationOptions({
      onSuccess: () => Promise.all([queryClient.invalidateQueries(trpc.settings.signingKeys.pathFilter()), queryClient.invalidateQueries(trpc.signing.pathFilter())]),
      onError: (error) => failed('It was not withdrawn', error),
    }),
  );
  return (
    <Card
      title={request.deployment === null ? request.title : <Link href={paths.deployment(request.deployment)} className="hover:underline">{request.title}</Link>}
      subtitle="waits for signatures"
      live
      actions={
        request.kind === 'keySet' ? (
          <Button size="sm" busy={withdraw.isPending} refused={refused} onClick={() => withdraw.mutate({})}>
            Withdraw
          </Button>
        ) : undefined
      }
    >
      <ul className="border-b border-line px-4 py-3">
        {request.says.map((line) => (
          <li key={line} className="break-words">
            {line}
          </li>
        ))}
      </ul>
      <Signatures standing={request.standing} digest={request.digest} />
    </Card>
  );
}
