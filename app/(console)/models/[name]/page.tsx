import type { Metadata } from 'next';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { ModelPage } from './model-page.tsx';

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
  await queryClient.prefetchQuery(trpc.models.get.queryOptions({ name }));
  return (
    <Hydrated queryClient={queryClient}>
      <ModelPage name={name} />
    </Hydrated>
  );
}
