'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTRPC } from '../../_data/trpc.tsx';
import { paths } from '../../paths.ts';
import { Loaded } from '../../_shell/loaded.tsx';
import { Card, Grid } from '../../_ui/card.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { AlertActions } from './alert-actions.tsx';
import { AlertFacts } from './alert-facts.tsx';
import { detectionsOf, LatestOfAlert } from './latest-of-alert.tsx';

/** One alert whole: how it stands and who has it, and beside it what made it. */
export function AlertCard({ id }: { id: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.alerts.get.queryOptions({ id }));
  return (
    <div className="mb-4">
      <Loaded query={query} what="this alert" skeleton={<Card><SkeletonRows rows={6} columns={2} /></Card>}>
        {(alert) => (
          <Grid>
            <Card span={alert.source === 'detection' ? 5 : 12} title={alert.title} actions={<AlertActions alert={alert} />} live>
              <AlertFacts alert={alert} />
            </Card>
            {alert.source === 'detection' ? (
              <Card span={7} title="What made it" subtitle="the latest first" actions={<Link href={paths.detections(detectionsOf(alert))} className="hover:text-ink">All detections</Link>} live>
                <LatestOfAlert alert={alert} />
              </Card>
            ) : null}
          </Grid>
        )}
      </Loaded>
    </div>
  );
}
