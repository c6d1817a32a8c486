import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { NewRule } from './new-rule.tsx';

export const metadata: Metadata = { title: 'New rule' };

export default async function NewRulePage() {
  const { queryClient, trpc } = await serverData();
  await queryClient.prefetchQuery(trpc.models.signatures.queryOptions({}));
  const nonce = (await headers()).get('x-nonce');
  return (
    <Hydrated queryClient={queryClient}>
      <NewRule {...(nonce === null ? {} : { nonce })} />
    </Hydrated>
  );
}
