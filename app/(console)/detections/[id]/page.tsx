import type { Metadata } from 'next';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { DetectionPage } from './detection-page.tsx';

export const metadata: Metadata = { title: 'Detection' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const id = decodeURIComponent((await params).id);
  const { queryClient, trpc } = await serverData();
  const detection = trpc.detections.get.queryOptions({ id });
  await queryClient.prefetchQuery(detection);
  const rule = queryClient.getQueryData(detection.queryKey)?.rule;
  if (rule !== undefined) await queryClient.prefetchQuery(trpc.rules.version.queryOptions({ name: rule.name, version: rule.version }));
  return (
    <Hydrated queryClient={queryClient}>
      <DetectionPage id={id} />
    </Hydrated>
  );
}
