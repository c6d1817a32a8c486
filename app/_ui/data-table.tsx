'use client';
import { rowSortingFeature, tableFeatures, useTable, type ColumnDef, type RowData } from '@tanstack/react-table';
import { useMemo, useRef, useState } from 'react';
import { classes } from './classes.ts';
import { cellStyle, sortingOf, type Column, type Sort } from './columns.ts';
import { PeekPanel, type Peek } from './peek-panel.tsx';
import { Mark, MarkAll, onMark, useMarks, type RowSelection } from './row-marks.tsx';
import { RowsOutOfSight, useRowsInSight } from './rows-in-sight.tsx';
import { noSelection } from './selection.ts';
import { SortButton } from './sort-button.tsx';
import { TableFooter } from './table-footer.tsx';
import { Cell, HeadCell } from './table.tsx';
import { useFits } from './use-fits.ts';
import { isControl, listKeys, openRow, useRowKeys } from './use-row-keys.ts';

export type { Column, Peek, RowData, RowSelection, Sort };

const features = tableFeatures({ rowSortingFeature });
/** Under the bar of the page. Borders are each cell's own, since collapsed ones would stay behind with the table. */
const stuck = 'sticky top-12 z-[1] bg-panel first:rounded-tl-lg last:rounded-tr-lg';

/**
 * A list that the server filters, sorts and pages; this draws it. Keys: j and k move, Enter opens the row's first link, Space peeks
 * at the row and x chooses it where the list has that. Past some hundred rows only those in sight exist in the page.
 */
export function DataTable<Row extends RowData>({ columns, rows, rowKey, label, sort, onSort, more, loadingMore = false, total, shown, selectable, peek }: {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  label: string;
  sort?: Sort | null;
  onSort?: (sort: Sort) => void;
  /** Fetches the next page; absent at the end. */
  more?: (() => void) | undefined;
  loadingMore?: boolean;
  total?: number;
  /** Whether the row's key is the one that a panel beside the table shows. */
  shown?: string | null;
  /** Rows can be chosen, by a checkbox each. */
  selectable?: RowSelection<Row> | undefined;
  /** What can be seen of a row without opening it. */
  peek?: Peek<Row> | undefined;
}) {
  const definitions = useMemo<ColumnDef<typeof features, Row>[]>(
    () => columns.map((column) => ({ id: column.id, header: column.header, enableSorting: column.sort !== undefined, cell: (context) => column.cell(context.row.original) })),
    [columns],
  );
  const data = useMemo(() => [...rows], [rows]);
  const sorting = useMemo(() => sortingOf(columns, sort), [columns, sort]);
  const table = useTable({ features, columns: definitions, data, getRowId: rowKey, state: { sorting }, manualSorting: true });
  const tableRows = table.getRowModel().rows;
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);

  const frame = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLTableElement>(null);
  const fits = useFits(box, inner);
  const { first, last, reveal } = useRowsInSight(frame, tableRows.length);
  const keys = useMemo(() => data.map(rowKey), [data, rowKey]);
  const mark = useMarks(selectable, keys);
  const chosen = selectable?.selection ?? noSelection;
  const [peeking, setPeeking] = useState(false);
  const [current, goTo] = useRowKeys(frame, {
    count: tableRows.length,
    reveal,
    mark: mark && ((index, range) => mark(keys[index] ?? '', range)),
    peek: peek && (() => setPeeking(peeked === undefined)),
    leave: () => {
      if (peeked !== undefined) setPeeking(false);
      else if (chosen.size > 0) selectable?.onChange(noSelection);
      else return false;
      return true;
    },
  });
  const peeked = peeking && current !== null ? rows[current] : undefined;
  const span = columns.length + (selectable ? 1 : 0);

  return (
    <div ref={frame} data-list-keys={listKeys({ peek: peek !== undefined, mark: selectable !== undefined })}>
      <div ref={box} className={classes('@container', fits ? 'overflow-x-clip' : 'overflow-x-auto')} tabIndex={-1} role="group" aria-label={label}>
        <table ref={inner} className="w-full border-separate border-spacing-0" aria-label={label} aria-rowcount={total ?? tableRows.length}>
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                {selectable ? <MarkAll rows={selectable} keys={keys} className={fits ? stuck : ''} /> : null}
                {group.headers.map((header) => {
                  const column = byId.get(header.column.id);
                  const { numeric, className } = cellStyle(column);
                  return (
                    <HeadCell key={header.id} numeric={numeric} className={classes(className, fits && stuck)}>
                      {column?.sort && onSort ? <SortButton column={column} sort={sort ?? null} onSort={onSort} /> : <table.FlexRender header={header} />}
                    </HeadCell>
                  );
                })}
              </tr>
            ))}
          </thead>
          <tbody>
            <RowsOutOfSight rows={first} span={span} />
            {tableRows.slice(first, last + 1).map((row, offset) => {
              const index = first + offset;
              const isAt = current === index || shown === row.id;
              return (
                <tr
                  key={row.id}
                  data-row={index}
                  aria-rowindex={index + 1}
                  aria-selected={selectable ? chosen.has(row.id) : isAt || undefined}
                  data-current={isAt || undefined}
                  onClick={(event) => {
                    if (isControl(event.target) || onMark(event.target)) return;
                    goTo(index);
                    openRow(event.currentTarget, event.metaKey || event.ctrlKey);
                  }}
                  className={classes('hover:bg-raised/60', (isAt || chosen.has(row.id)) && 'bg-accent-wash', isAt && 'shadow-[inset_2px_0_var(--color-accent)]', '[&:has(a[href],[data-opens])]:cursor-pointer')}
                >
                  {selectable && mark ? <Mark on={chosen.has(row.id)} name={selectable.nameOf(row.original)} mark={(range) => mark(row.id, range)} /> : null}
                  {row.getAllCells().map((cell) => {
                    const column = byId.get(cell.column.id);
                    const { numeric, className } = cellStyle(column);
                    return (
                      <Cell key={cell.id} numeric={numeric} mono={column?.mono ?? false} className={classes(className, column?.fluid && 'w-full max-w-0! min-w-40')}>
                        <table.FlexRender cell={cell} />
                      </Cell>
                    );
                  })}
                </tr>
              );
            })}
            <RowsOutOfSight rows={tableRows.length - 1 - last} span={span} />
          </tbody>
        </table>
      </div>
      <TableFooter listed={rows.length} total={total} more={more} loadingMore={loadingMore} />
      {peek && peeked !== undefined ? (
        <PeekPanel
          name={peek.nameOf(peeked)}
          close={() => {
            setPeeking(false);
            // The button that had the focus goes with the panel.
            box.current?.focus();
          }}
        >
          {peek.draw(peeked)}
        </PeekPanel>
      ) : null}
    </div>
  );
}
