import type { RowData } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';

/** One column. `cell` draws a row's value; the first column should hold the link that opens the row. */
export interface Column<Row extends RowData> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  numeric?: boolean;
  mono?: boolean;
  /** The key the server sorts by; without one the column does not sort. */
  sort?: string;
  /** The server sorts it one way only. */
  oneWay?: boolean;
  /** Left out of narrower tables: by the room that the table has, which on a screen with the rail beside it may be less than on a smaller one. */
  from?: 'sm' | 'md' | 'lg' | 'xl';
  /** Takes the room that the others leave, and is cut off with dots when that is little. */
  fluid?: boolean;
}

/** "name" ascending, "-name" descending. */
export type Sort = string;

const hidden = { sm: '@max-[560px]:hidden', md: '@max-[680px]:hidden', lg: '@max-[860px]:hidden', xl: '@max-[980px]:hidden' } as const;

/** How the cells of a column stand, its heading among them. */
export function cellStyle<Row extends RowData>(column: Column<Row> | undefined): { numeric: boolean; className: string } {
  return { numeric: column?.numeric ?? false, className: classes(column?.from && hidden[column.from]) };
}

/** By which column rows are sorted, as the table keeps it. */
export function sortingOf<Row extends RowData>(columns: readonly Column<Row>[], sort: Sort | null | undefined): { id: string; desc: boolean }[] {
  const key = sort?.replace(/^-/, '');
  const column = columns.find((each) => each.sort !== undefined && each.sort === key);
  return column ? [{ id: column.id, desc: sort?.startsWith('-') ?? false }] : [];
}
