import { attributeText, plural } from '../_format/number.ts';
import { Moment } from '../_ui/moment.tsx';
import type { ExplainedEvent, Explanation } from './preview-protocol.ts';

/** The events behind a row: of a window its members, of a pattern its steps by their names, and what those were made of in turn. */
export function Because({ explanation }: { explanation: Explanation | null | 'asking' | { failed: string } }) {
  if (explanation === 'asking') return <p role="status" className="border-t border-line px-4 py-3 text-dim">Running it again to find out…</p>;
  if (explanation === null) return <p role="status" className="border-t border-line px-4 py-3 text-dim">It came from outside, or its events are no longer held.</p>;
  if ('failed' in explanation) return <p role="alert" className="border-t border-line px-4 py-3 text-critical">{explanation.failed}</p>;
  return (
    <section aria-label="Because of" className="max-h-96 overflow-y-auto border-t border-line px-4 py-3">
      <Causes explanation={explanation} />
    </section>
  );
}

/** What a query took, input by input, to make a row. */
export function Causes({ explanation: { query, inputs } }: { explanation: Explanation }) {
  return (
    <div className="flex flex-col gap-2">
      {inputs.map(({ name, stream, total, events }) => (
        <div key={name}>
          <p className="text-dim">
            {query === '' ? null : <><span className="font-mono text-sm">{query}</span> took </>}
            <span className="font-medium text-ink">{name === stream || name === '' ? plural(total, 'event') : `${name} = ${plural(total, 'event')}`}</span> of {stream}
            {events.length < total ? `, of which the first and last ${events.length} are shown` : ''}
          </p>
          <ul className="mt-1 flex flex-col gap-0.5 border-l border-line pl-3">
            {events.map((event, index) => <Behind key={`${event.at} ${index}`} event={event} />)}
          </ul>
        </div>
      ))}
    </div>
  );
}

function Behind({ event: { at, data, because } }: { event: ExplainedEvent }) {
  const values = Object.entries(data).map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : attributeText(typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null)}`);
  const line = (
    <>
      <span className="font-mono text-xs text-faint"><Moment at={at} /></span> <span className="text-sm">{values.join(', ')}</span>
    </>
  );
  if (because === undefined) return <li className="min-w-0 break-words">{line}</li>;
  return (
    <li className="min-w-0 break-words">
      <details>
        <summary className="cursor-pointer marker:text-faint">{line}</summary>
        <div className="py-1.5 pl-4"><Causes explanation={because} /></div>
      </details>
    </li>
  );
}
