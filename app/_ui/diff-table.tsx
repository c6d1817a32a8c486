import type { ReactNode } from 'react';
import { Cell, HeadCell, Table } from './table.tsx';

export interface DiffRow {
  part: ReactNode;
  before: ReactNode;
  after: ReactNode;
  /** What the difference means; absent when both sides are the same. */
  change?: ReactNode;
}

/** Two states of the same things side by side; what is the same stays quiet. */
export function DiffTable({ rows, before, after, label }: { rows: readonly DiffRow[]; before: string; after: string; label: string }) {
  return (
    <Table label={label}>
      <thead>
        <tr>
          <HeadCell>Part</HeadCell>
          <HeadCell>{before}</HeadCell>
          <HeadCell>{after}</HeadCell>
          <HeadCell>Change</HeadCell>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index} className={row.change ? undefined : 'text-dim'}>
            <Cell>
              <span className={row.change ? 'font-medium' : undefined}>{row.part}</span>
            </Cell>
            <Cell>{row.before ?? <span className="text-faint">–</span>}</Cell>
            <Cell>{row.after ?? <span className="text-faint">–</span>}</Cell>
            <Cell>{row.change ? <span className="text-dim">{row.change}</span> : <span className="text-faint">same</span>}</Cell>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
