'use client';
import type { Scope } from '../../../server/telemetry/schema.ts';
import { ChartCard } from '../../_charts/draw/chart-card.tsx';
import { lineOf, type Figure } from '../../_charts/prepare/live-points.ts';
import { prepareTimeSeries } from '../../_charts/prepare/time-series.ts';
import type { Quantity } from '../../_charts/prepare/units.ts';
import { rangeWords, type Range } from '../../_data/ranges.ts';
import { useTelemetry } from '../../_data/telemetry.ts';
import { FailureState } from '../../_shell/loaded.tsx';
import { Card, Grid } from '../../_ui/card.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';

const charts: readonly { title: string; quantity: Quantity; figures: readonly Figure[]; area?: boolean }[] = [
  { title: 'Events in', quantity: 'perSecond', figures: ['events'], area: true },
  { title: 'Event to action', quantity: 'microseconds', figures: ['p99', 'p50'] },
  { title: 'Predictions', quantity: 'perSecond', figures: ['predictions'], area: true },
  { title: 'Detections and actions', quantity: 'perSecond', figures: ['detections', 'actions'] },
  { title: 'Lag of sources', quantity: 'count', figures: ['lag'], area: true },
  { title: 'Buffered', quantity: 'count', figures: ['buffered'], area: true },
];

/** Everything that is measured of a scope, with markers where something was deployed. The crosshair is one for all. */
export function ScopeCharts({ scope, range, openedAt, sync }: { scope: Scope; range: Range; openedAt: number; sync: string }) {
  const { series, from, to, error, refetch } = useTelemetry(scope, range, openedAt);
  if (error && !series) {
    return (
      <Card>
        <FailureState error={error} what="the figures" retry={refetch} />
      </Card>
    );
  }
  const drawn = charts.map((chart) => ({
    ...chart,
    prepared: prepareTimeSeries({
      quantity: chart.quantity,
      from,
      to,
      step: series?.stepMs ?? 10_000,
      markers: series?.markers ?? [],
      series: chart.figures.map((figure) => ({ key: figure, name: figure, points: lineOf(series, figure) })),
    }),
  }));
  if (series !== undefined && drawn.every(({ prepared }) => prepared.empty)) {
    return (
      <Card>
        <EmptyState kind="nothing-yet" title={`Nothing in the last ${rangeWords[range]}`}>
          Figures come with the first report of a node that runs something, every few seconds from then on.
        </EmptyState>
      </Card>
    );
  }
  return (
    <Grid>
      {drawn.map((chart) => (
        <ChartCard
          key={chart.title}
          title={chart.title}
          span={6}
          height={180}
          area={chart.area ?? false}
          sync={sync}
          emptyText={`Nothing in the last ${rangeWords[range]}`}
          prepared={chart.prepared}
        />
      ))}
    </Grid>
  );
}
