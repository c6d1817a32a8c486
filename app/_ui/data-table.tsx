'use client';
import { rowSortingFeature, tableFeatures, useTable, type ColumnDef, type RowData } from '@tanstack/react-table';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useMemo, useRef, useState, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import { PeekPanel, type Peek } from './peek-panel.tsx';
import { Mark, MarkAll, onMark, useMarks, type RowSelection } from './row-marks.tsx';
import { noSelection } from './selection.ts';
import { Cell, HeadCell } from './table.tsx';
import { useFits } from './use-fits.ts';
import { isControl, openRow, useRowKeys } from './use-row-keys.ts';

export type { Peek, RowData, RowSelection };

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
  /** Left out on narrower screens. */
  from?: 'sm' | 'md' | 'lg' | 'xl';
  /** Takes the room that the others leave, and is cut off with dots when that is little. */
  fluid?: boolean;
}

/** "name" ascending, "-name" descending. */
export type Sort = string;

const features = tableFeatures({ rowSortingFeature });
const hidden = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden', xl: 'max-xl:hidden' } as const;
const rowHeight = 36;
/** Under the bar of the page. Borders are each cell's own, since collapsed ones would stay behind with the table. */
const stuck = 'sticky top-12 z-[1] bg-panel first:rounded-tl-lg last:rounded-tr-lg';
/** Below this many rows the browser is faster than we are at leaving them out. */
const virtualFrom = 120;

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
  const virtualizer = useWindowVirtualizer({ count: tableRows.length, estimateSize: () => rowHeight, overscan: 20, scrollMargin: frame.current?.offsetTop ?? 0, enabled: tableRows.length >= virtualFrom });
  const items = virtualizer.getVirtualItems();
  const virtual = tableRows.length >= virtualFrom && items.length > 0;
  const first = virtual ? (items[0]?.index ?? 0) : 0;
  const last = virtual ? (items.at(-1)?.index ?? tableRows.length - 1) : tableRows.length - 1;
  const keys = useMemo(() => data.map(rowKey), [data, rowKey]);
  const mark = useMarks(selectable, keys);
  const chosen = selectable?.selection ?? noSelection;
  const [peeking, setPeeking] = useState(false);
  const [current, goTo] = useRowKeys(frame, {
    count: tableRows.length,
    reveal: (index) => virtualizer.scrollToIndex(index),
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
    <div ref={frame} data-list-keys="">
      <div ref={box} className={fits ? 'overflow-x-clip' : 'overflow-x-auto'} tabIndex={-1} role="group" aria-label={label}>
        <table ref={inner} className="w-full border-separate border-spacing-0" aria-label={label} aria-rowcount={total ?? tableRows.length}>
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                {selectable ? <MarkAll rows={selectable} keys={keys} className={fits ? stuck : ''} /> : null}
                {group.headers.map((header) => {
                  const column = byId.get(header.column.id);
                  return (
                    <HeadCell key={header.id} numeric={column?.numeric ?? false} className={classes(column?.from && hidden[column.from], fits && stuck)}>
                      {column?.sort && onSort ? <SortButton column={column} sort={sort ?? null} onSort={onSort} /> : <table.FlexRender header={header} />}
                    </HeadCell>
                  );
                })}
              </tr>
            ))}
          </thead>
          <tbody>
            {first > 0 ? <Spacer rows={first} span={span} /> : null}
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
                    return (
                      <Cell key={cell.id} numeric={column?.numeric ?? false} mono={column?.mono ?? false} className={classes(column?.from && hidden[column.from], column?.fluid && 'w-full max-w-0 min-w-40')}>
                        <table.FlexRender cell={cell} />
                      </Cell>
                    );
                  })}
                </tr>
              );
            })}
            {last < tableRows.length - 1 ? <Spacer rows={tableRows.length - 1 - last} span={span} /> : null}
          </tbody>
        </table>
      </div>
      {more || (total !== undefined && total > rows.length) ? (
        <footer className="flex items-center gap-3 border-t border-line px-4 py-2 text-dim">
          <span className="tabular-nums">
            {rows.length.toLocaleString('en')} of {(total ?? rows.length).toLocaleString('en')}
          </span>
          {more ? (
            <span className="ml-auto">
              <Button size="sm" onClick={more} busy={loadingMore}>
                Show more
              </Button>
            </span>
          ) : null}
        </footer>
      ) : null}
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

function SortButton<Row extends RowData>({ column, sort, onSort }: { column: Column<Row>; sort: Sort | null; onSort: (sort: Sort) => void }) {
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

function Spacer({ rows, span }: { rows: number; span: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={span} style={{ height: rows * rowHeight }} />
    </tr>
  );
}

function sortingOf<Row extends RowData>(columns: readonly Column<Row>[], sort: Sort | null | undefined) {
  const key = sort?.replace(/^-/, '');
  const column = columns.find((each) => each.sort !== undefined && each.sort === key);
  return column ? [{ id: column.id, desc: sort?.startsWith('-') ?? false }] : [];
}
