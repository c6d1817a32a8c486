import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { RulePage } from './rule-page.tsx';

interface Props {
  params: Promise<{ name: string }>;
}

/** A name may hold a slash, which stands encoded in the address. */
const nameOf = async (params: Props['params']) => decodeURIComponent((await params).name);

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: await nameOf(params) };
}

export default async function Page({ params }: Props) {
  const name = await nameOf(params);
  const { queryClient, trpc } = await serverData();
  await Promise.all([queryClient.prefetchQuery(trpc.rules.get.queryOptions({ name })), queryClient.prefetchQuery(trpc.models.signatures.queryOptions({}))]);
  const nonce = (await headers()).get('x-nonce');
  return (
    <Hydrated queryClient={queryClient}>
      <RulePage name={name} {...(nonce === null ? {} : { nonce })} />
    </Hydrated>
  );
}
