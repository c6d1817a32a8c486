'use client';
import { useMemo } from 'react';
import { ChartCard } from '../../_charts/draw/chart-card.tsx';
import { numericAttributes, splitRows, tailLines, tailWindow, usualStep } from '../../_charts/prepare/tail.ts';
import { prepareTimeSeries } from '../../_charts/prepare/time-series.ts';
import { useTail } from '../../_data/tail.ts';
import { attributeText, count } from '../../_format/number.ts';
import { FailureState } from '../../_shell/loaded.tsx';
import { Card, Grid } from '../../_ui/card.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { Shape } from '../../_ui/status.tsx';
import { Moment } from '../../_ui/moment.tsx';
import { Cell, HeadCell, Table } from '../../_ui/table.tsx';

const chartsMax = 8;
const rowsShown = 12;
const chartPixels = 500;

/** One stream of one node at full rate: each numeric attribute on a scale of its own, and the latest events. */
export function StreamTail({ node, stream, offline }: {
  node: string;
  /** Undefined until it is known which streams there are; null where there is none. */
  stream: string | null | undefined;
  offline: boolean;
}) {
  const tail = useTail(node, offline ? null : (stream ?? null));
  const numeric = useMemo(() => numericAttributes(tail.attributes, tail.rows).slice(0, chartsMax), [tail.attributes, tail.rows]);
  if (offline) {
    return (
      <Card>
        <EmptyState kind="nothing-yet" title="It is not connected">
          Its events go on into its own store and can be asked for when it is back.
        </EmptyState>
      </Card>
    );
  }
  if (tail.status === 'error') {
    return (
      <Card>
        <FailureState error={tail.error} what="the stream" />
      </Card>
    );
  }
  if (stream === null) {
    return (
      <Card>
        <EmptyState kind="nothing-yet" title="It has no stream to look at yet">
          Streams come with the rules that it runs.
        </EmptyState>
      </Card>
    );
  }
  if (stream === undefined || tail.rows.length === 0) {
    return (
      <Card>
        {/* Charts and events are taller than the rest of the screen: what stands below does not move when they come. */}
        <p className="flex min-h-[70dvh] items-center justify-center gap-2 px-4 text-dim" role="status">
          <Shape tone="info" moving />
          {stream === undefined ? 'Asking which streams it has.' : `Waiting for the next event of ${stream}.`}
        </p>
      </Card>
    );
  }
  const window = tailWindow(tail.rows);
  const step = usualStep(tail.rows);
  const split = splitRows(tail.attributes, tail.rows);
  return (
    <Grid>
      {numeric.map(({ name, index }, position) => (
        <ChartCard
          key={name}
          title={name}
          span={numeric.length % 2 === 1 && position === numeric.length - 1 ? 12 : 6}
          height={130}
          sync="tail"
          emptyText="No number yet"
          prepared={prepareTimeSeries({ quantity: 'plain', ...window, step, fromLowest: true, series: tailLines({ name, index }, tail.rows, split, chartPixels) })}
        />
      ))}
      <Card title="Latest events" subtitle={tail.skipped > 0 ? `${count(tail.skipped)} left out to keep up` : undefined} live>
        <Table label="Latest events">
          <thead>
            <tr>
              <HeadCell>When</HeadCell>
              {tail.attributes.map((name, index) => (
                <HeadCell key={name} numeric={typeof tail.rows.at(-1)?.values[index] === 'number'}>
                  {name}
                </HeadCell>
              ))}
            </tr>
          </thead>
          <tbody>
            {tail.rows
              .slice(-rowsShown)
              .reverse()
              .map((row, position) => (
                <tr key={`${row.at} ${position}`}>
                  <Cell mono>
                    <span className="text-dim"><Moment at={row.at} /></span>
                  </Cell>
                  {tail.attributes.map((name, index) => (
                    <Cell key={name} numeric={typeof row.values[index] === 'number'}>
                      {attributeText(row.values[index])}
                    </Cell>
                  ))}
                </tr>
              ))}
          </tbody>
        </Table>
      </Card>
    </Grid>
  );
}
