import { Card, Grid } from '../../_ui/card.tsx';
import { Skeleton } from '../../_ui/skeleton.tsx';

/** The overview's places, without what stands in them. */
export function OverviewSkeleton() {
  return (
    <div role="status" aria-label="Loading">
      <Skeleton className="mb-2 h-6 w-72" />
      <Skeleton className="mb-5 h-4 w-96 max-w-full" />
      <Skeleton className="mb-4 h-[94px] w-full rounded-lg" />
      <Grid>
        <Card span={8} padded>
          <Skeleton className="h-[250px] w-full" />
        </Card>
        <Card span={4} padded>
          <Skeleton className="h-[250px] w-full" />
        </Card>
      </Grid>
    </div>
  );
}
