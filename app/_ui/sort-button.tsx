import type { RowData } from '@tanstack/react-table';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { classes } from './classes.ts';
import type { Column, Sort } from './columns.ts';

/** The heading of a column by which the server can sort: up first, then down where it can. */
export function SortButton<Row extends RowData>({ column, sort, onSort }: { column: Column<Row>; sort: Sort | null; onSort: (sort: Sort) => void }) {
  const direction = sort === column.sort ? 'ascending' : sort === `-${column.sort}` ? 'descending' : null;
  return (
    <button
      type="button"
      onClick={() => onSort(direction === 'ascending' && !column.oneWay ? `-${column.sort}` : (column.sort ?? ''))}
      aria-label={`Sort by ${column.header}${direction ? `, now ${direction}` : ''}`}
      className={classes('inline-flex items-center gap-1 rounded-xs hover:text-ink', direction && 'text-ink')}
    >
      {column.header}
      {direction === 'ascending' ? <ArrowUp size={11} /> : direction === 'descending' ? <ArrowDown size={11} /> : null}
    </button>
  );
}
