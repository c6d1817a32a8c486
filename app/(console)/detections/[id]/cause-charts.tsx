'use client';
import type { DetectionDetail } from '../../../../server/detections/schema.ts';
import { TimeChart } from '../../../_charts/draw/time-chart.tsx';
import { prepareTimeSeries } from '../../../_charts/prepare/time-series.ts';
import { attributeText } from '../../../_format/number.ts';
import { Moment } from '../../../_ui/moment.tsx';
import { Cell, HeadCell, Table } from '../../../_ui/table.tsx';
import { causeLines, type CauseStream } from './cause-streams.ts';

/** Beyond these the table below says the same. */
const chartsMax = 6;

/** The events of one stream before a detection: drawn over the span that all its charts share, and one by one below. */
export function CauseCharts({ stream, window, detection }: { stream: CauseStream; window: { from: number; to: number }; detection: Pick<DetectionDetail, 'title' | 'at'> }) {
  return (
    <>
      {stream.drawn.length > 0 ? (
        <div className="grid gap-x-6 gap-y-3 border-b border-line px-4 py-3 md:grid-cols-2">
          {stream.drawn.slice(0, chartsMax).map((attribute) => (
            <div key={attribute} className="min-w-0">
              <h3 className="text-dim">{attribute}</h3>
              <TimeChart
                label={`${attribute} of ${stream.name} before ${detection.title}`}
                height={130}
                sync="causes"
                prepared={prepareTimeSeries({
                  quantity: 'plain',
                  from: window.from,
                  to: window.to,
                  step: stream.step,
                  fromLowest: true,
                  markers: [{ at: detection.at, label: detection.title }],
                  series: causeLines(stream, attribute),
                })}
              />
            </div>
          ))}
        </div>
      ) : null}
      <div className="max-h-80 overflow-y-auto">
        <Table label={`Events of ${stream.name}`}>
          <thead>
            <tr>
              <HeadCell>When</HeadCell>
              {stream.attributes.map((name) => (
                <HeadCell key={name} numeric={stream.numeric.includes(name)}>
                  {name}
                </HeadCell>
              ))}
            </tr>
          </thead>
          <tbody>
            {stream.rows.toReversed().map((row, index) => (
              <tr key={`${row.at} ${index}`}>
                <Cell mono>
                  <span className="text-dim">
                    <Moment at={row.at} />
                  </span>
                </Cell>
                {stream.attributes.map((name) => (
                  <Cell key={name} numeric={stream.numeric.includes(name)}>
                    {attributeText(row.data[name])}
                  </Cell>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
    </>
  );
}
