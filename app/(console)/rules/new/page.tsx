import type { Metadata } from 'next';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { NewRule } from './new-rule.tsx';

export const metadata: Metadata = { title: 'New rule' };

export default async function NewRulePage() {
  const { queryClient, trpc } = await serverData();
  await queryClient.prefetchQuery(trpc.models.signatures.queryOptions({}));
  return (
    <Hydrated queryClient={queryClient}>
      <NewRule />
    </Hydrated>
  );
}
