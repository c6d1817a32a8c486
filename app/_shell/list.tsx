'use client';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { rowsOf, type Page } from '../_data/pages.ts';
import { Button } from '../_ui/button.tsx';
import { Card } from '../_ui/card.tsx';
import { DataTable, type Column, type Peek, type RowData, type RowSelection, type Sort } from '../_ui/data-table.tsx';
import { EmptyState } from '../_ui/empty-state.tsx';
import { SkeletonRows } from '../_ui/skeleton.tsx';
import { Loaded } from './loaded.tsx';

export interface ListProps<Row extends RowData> {
  query: UseInfiniteQueryResult<InfiniteData<Page<Row>, unknown>, unknown>;
  /** What is listed, to be named when it cannot be shown: "the nodes". */
  what: string;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  label: string;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  /** Key of the row that a panel beside the list shows. */
  shown?: string | null;
  selectable?: RowSelection<Row> | undefined;
  peek?: Peek<Row> | undefined;
  /** What stands in place of the rows while there are none at all. */
  nothingYet: ReactNode;
  /** Set while filters are: what to say when nothing matches them, and how to be rid of them. */
  filtered?: { none: string; hint?: ReactNode; clear: () => void } | undefined;
  skeleton?: { rows: number; columns: number };
}

/** Rows that the control plane filters, sorts and pages, or why there are none: nothing yet, nothing matches, not allowed, failed. */
export function List<Row extends RowData>({ query, what, nothingYet, filtered, skeleton = { rows: 8, columns: 5 }, ...table }: ListProps<Row>) {
  return (
    <Loaded query={query} what={what} skeleton={<SkeletonRows {...skeleton} />}>
      {(data) => {
        const { rows, total } = rowsOf(data);
        if (rows.length > 0) return <DataTable {...table} rows={rows} total={total} more={query.hasNextPage ? () => void query.fetchNextPage() : undefined} loadingMore={query.isFetchingNextPage} />;
        if (filtered === undefined) return nothingYet;
        return (
          <EmptyState kind="no-match" title={filtered.none} action={<Button onClick={filtered.clear}>Show all</Button>}>
            {filtered.hint}
          </EmptyState>
        );
      }}
    </Loaded>
  );
}

/** The list that a page is about: its filters above it, which are left out while there is nothing to filter. */
export function PageList<Row extends RowData>({ filters, live = false, ...list }: ListProps<Row> & { filters: ReactNode; live?: boolean }) {
  const nothing = list.filtered === undefined && list.query.data !== undefined && rowsOf(list.query.data).rows.length === 0;
  return (
    <>
      {nothing ? null : <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2">{filters}</div>}
      <Card live={live}>
        <List {...list} />
      </Card>
    </>
  );
}
