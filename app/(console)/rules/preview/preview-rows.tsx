'use client';
import type { PreviewRow, PreviewStream } from '@selvedge/edge-runtime/cep/preview';
import { useState } from 'react';
import { count } from '../../../_format/number.ts';
import { Moment } from '../../../_ui/moment.tsx';
import { Cell, HeadCell, Table } from '../../../_ui/table.tsx';
import type { Explanation } from '../../../_editor/preview-protocol.ts';
import { Because } from '../../../_editor/because.tsx';
import type { Standing } from './standing.ts';
import { useRowsUntil } from './use-rows-until.ts';
import { valueText } from './value-text.ts';

/** The rows that a stream had at a moment, the latest first; one of them can be asked why it is there. */
export function PreviewRows({ stream, standing, explain, fetchUntil }: {
  stream: PreviewStream;
  standing: Standing;
  explain: (index: number) => Promise<Explanation | null>;
  /** Asks for rows before a time that the run did not keep. */
  fetchUntil: (until: number) => Promise<readonly PreviewRow[] | null>;
}) {
  const [open, setOpen] = useState<{ index: number; explanation: Explanation | null | 'asking' | { failed: string } } | null>(null);
  const total = standing.counts.get(`stream ${stream.name}`) ?? 0;
  const { rows, fetching } = useRowsUntil(stream, standing.until, total, fetchUntil);
  const ask = (index: number) => {
    if (open?.index === index) return setOpen(null);
    setOpen({ index, explanation: 'asking' });
    const show = (explanation: Explanation | null | { failed: string }) => setOpen((now) => (now?.index === index ? { index, explanation } : now));
    explain(index).then(show, (failure: unknown) => show({ failed: failure instanceof Error ? failure.message : String(failure) }));
    return undefined;
  };
  if (fetching) return <p role="status" className="px-4 py-6 text-center text-dim">Running it again until then…</p>;
  if (rows.length === 0) return <p className="px-4 py-6 text-center text-dim">{stream.name} has no event{stream.count > 0 ? ' until then' : ''}.</p>;
  const numeric = stream.attributes.map((one) => one.type !== 'string' && one.type !== 'bool' && one.type !== 'object');
  return (
    <>
      <div className="max-h-96 overflow-y-auto">
        <Table label={`Events of ${stream.name}`}>
          <thead>
            <tr>
              <HeadCell>At</HeadCell>
              {stream.attributes.map((one, index) => <HeadCell key={one.name} numeric={numeric[index] === true}>{one.name}</HeadCell>)}
              {stream.input ? null : <HeadCell>Because of</HeadCell>}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ timestamp, row, index }) => (
              <tr key={index} {...(open?.index === index ? { 'data-open': '' } : {})} className="data-open:bg-raised">
                <Cell mono><Moment at={timestamp} /></Cell>
                {stream.attributes.map((one, column) => <Cell key={one.name} numeric={numeric[column] === true}>{valueText(row[column])}</Cell>)}
                {stream.input ? null : (
                  <Cell>
                    <button type="button" className="text-accent hover:underline" aria-expanded={open?.index === index} onClick={() => ask(index)}>
                      {open?.index === index ? 'hide' : 'why?'}
                    </button>
                  </Cell>
                )}
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
      {total > rows.length ? <p className="border-t border-line px-4 py-2 text-dim">The latest {rows.length} of {count(total)} are shown.</p> : null}
      {open === null ? null : <Because explanation={open.explanation} />}
    </>
  );
}
