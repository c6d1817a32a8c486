import { significant } from '../../_format/number.ts';
import { absolute, clockSeconds } from '../../_format/time.ts';
import { Cell, HeadCell, Table } from '../../_ui/table.tsx';
import type { PreparedTimeSeries } from '../prepare/time-series.ts';

const rowsMax = 200;

/** The same values as the chart, the latest first. */
export function ValueTable({ prepared, label, height }: { prepared: PreparedTimeSeries; label: string; height: number }) {
  const rows = [...prepared.rows].reverse().slice(0, rowsMax);
  return (
    <div className="-mx-4 overflow-y-auto" style={{ maxHeight: height }} tabIndex={0} role="group" aria-label={`${label}, values`}>
      <Table label={label}>
        <thead>
          <tr>
            <HeadCell>When</HeadCell>
            {prepared.lines.map((line) => (
              <HeadCell key={line.key} numeric>
                {line.name}
                {prepared.unit.suffix ? `, ${prepared.unit.suffix}` : ''}
              </HeadCell>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.at}>
              <Cell>
                <span className="text-dim tabular-nums" title={absolute(row.at)}>
                  {clockSeconds(row.at)}
                </span>
              </Cell>
              {prepared.lines.map((line) => {
                const value = row.values[line.key];
                return (
                  <Cell key={line.key} numeric>
                    {value === null || value === undefined ? '–' : significant(value)}
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
