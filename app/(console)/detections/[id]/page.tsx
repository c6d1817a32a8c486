import type { Metadata } from 'next';
import { Hydrated, serverData } from '../../../_data/server.tsx';
import { DetectionPage } from './detection-page.tsx';

export const metadata: Metadata = { title: 'Detection' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const id = decodeURIComponent((await params).id);
  const { queryClient, trpc } = await serverData();
  await queryClient.prefetchQuery(trpc.detections.get.queryOptions({ id }));
  return (
    <Hydrated queryClient={queryClient}>
      <DetectionPage id={id} />
    </Hydrated>
  );
}
