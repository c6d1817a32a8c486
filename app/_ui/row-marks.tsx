'use client';
import { useRef } from 'react';
import { Checkbox } from './checkbox.tsx';
import { chosen, extentOf, rangeOf, type Selection } from './selection.ts';
import { Cell, HeadCell } from './table.tsx';

/** Rows that can be chosen to do something with together. */
export interface RowSelection<Row> {
  selection: Selection;
  onChange: (selection: Selection) => void;
  /** What a row is called, for those who hear its checkbox. */
  nameOf: (row: Row) => string;
}

/** Chooses a row, or lets go of it; with `range`, does the same to every row from the last one. Absent where rows are not chosen. */
export function useMarks<Row>(rows: RowSelection<Row> | undefined, keys: readonly string[]): ((key: string, range: boolean) => void) | undefined {
  const last = useRef<string | null>(null);
  if (rows === undefined) return undefined;
  return (key, range) => {
    rows.onChange(chosen(rows.selection, range ? rangeOf(keys, last.current, key) : [key], !rows.selection.has(key)));
    last.current = key;
  };
}

/** Chooses every row that is listed, or lets go of them. */
export function MarkAll<Row>({ rows: { selection, onChange }, keys, className }: { rows: RowSelection<Row>; keys: readonly string[]; className: string }) {
  const extent = extentOf(selection, keys);
  return (
    <HeadCell className={`${className} w-0 pr-0`}>
      <Checkbox label={<span className="sr-only">Select the rows</span>} checked={extent === 'all'} mixed={extent === 'some'} onChange={() => onChange(chosen(selection, keys, extent !== 'all'))} />
    </HeadCell>
  );
}

/** Whether a click was on the cell of a checkbox: one that missed the box by little is not meant for the row. */
export function onMark(target: EventTarget): boolean {
  return target instanceof Element && target.querySelector(':scope > [data-mark]') !== null;
}

/** The checkbox of one row. */
export function Mark({ on, name, mark }: { on: boolean; name: string; mark: (range: boolean) => void }) {
  const range = useRef(false);
  return (
    <Cell className="w-0 pr-0">
      {/* The box tells of its change without the key that was held; the shift of a click would also mark text. */}
      <span
        data-mark=""
        className="inline-flex"
        onMouseDownCapture={(event) => {
          range.current = event.shiftKey;
          if (event.shiftKey) event.preventDefault();
        }}
        onKeyDownCapture={(event) => {
          range.current = event.shiftKey;
        }}
      >
        <Checkbox label={<span className="sr-only">Select {name}</span>} checked={on} onChange={() => mark(range.current)} />
      </span>
    </Cell>
  );
}
