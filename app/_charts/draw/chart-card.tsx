'use client';
import { ChartLine, Table2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Card } from '../../_ui/card.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { Segments } from '../../_ui/segments.tsx';
import type { PreparedTimeSeries } from '../prepare/time-series.ts';
import { TimeChart } from './time-chart.tsx';
import { ValueTable } from './value-table.tsx';

/** A chart with its heading, its unit and its table. */
export function ChartCard({ title, prepared, span = 12, height = 220, area = false, sync, actions, emptyText }: {
  title: string;
  prepared: PreparedTimeSeries;
  span?: 4 | 5 | 6 | 7 | 8 | 12;
  height?: number;
  area?: boolean;
  sync?: string;
  actions?: ReactNode;
  /** What to say when there is nothing to draw. */
  emptyText: string;
}) {
  const [view, setView] = useState<'chart' | 'table'>('chart');
  return (
    <Card
      title={title}
      subtitle={prepared.empty ? undefined : [prepared.unit.words, prepared.left > 0 ? `${prepared.left} more not drawn` : ''].filter(Boolean).join(', ')}
      span={span}
      padded
      live
      actions={
        <>
          {actions}
          <Segments
            label={`${title} as`}
            value={view}
            onChange={setView}
            options={[
              { value: 'chart', label: <ChartLine size={13} />, name: 'Chart' },
              { value: 'table', label: <Table2 size={13} />, name: 'Table' },
            ]}
          />
        </>
      }
    >
      {prepared.empty ? (
        <div className="grid place-items-center" style={{ minHeight: height }}>
          <EmptyState kind="nothing-yet" title={emptyText} />
        </div>
      ) : view === 'chart' ? (
        <TimeChart prepared={prepared} label={title} height={height} area={area} {...(sync ? { sync } : {})} />
      ) : (
        <ValueTable prepared={prepared} label={title} height={height} />
      )}
    </Card>
  );
}
