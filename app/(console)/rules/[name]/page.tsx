import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { RulePage } from './rule-page.tsx';

interface Props {
  params: Promise<{ name: string }>;
  searchParams: Promise<SearchParams>;
}

/** A name may hold a slash, which stands encoded in the address. */
const nameOf = async (params: Props['params']) => decodeURIComponent((await params).name);

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: await nameOf(params) };
}

export default async function Page({ params, searchParams }: Props) {
  const name = await nameOf(params);
  const { queryClient, trpc } = await serverData();
  // With the rule, the text that the page shows of it: the version of the address, or the newest to write on.
  const rule = async () => {
    await queryClient.prefetchQuery(trpc.rules.get.queryOptions({ name }));
    const asked = Number((await searchParams)['version']);
    const version = Number.isSafeInteger(asked) && asked > 0 ? asked : queryClient.getQueryData(trpc.rules.get.queryKey({ name }))?.versions[0]?.version;
    if (version !== undefined) await queryClient.prefetchQuery(trpc.rules.version.queryOptions({ name, version }));
  };
  await Promise.all([rule(), queryClient.prefetchQuery(trpc.models.signatures.queryOptions({}))]);
  return (
    <Hydrated queryClient={queryClient}>
      <RulePage name={name} />
    </Hydrated>
  );
}
