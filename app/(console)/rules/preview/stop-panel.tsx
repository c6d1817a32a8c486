'use client';
import type { StopReason } from '@selvedge/edge-runtime/cep/preview';
import { Causes } from '../../../_editor/because.tsx';
import type { ShownStop } from '../../../_editor/preview-protocol.ts';
import type { Stops } from '../../../_editor/use-stops.ts';
import { count, plural } from '../../../_format/number.ts';
import { useCommands } from '../../../_shell/commands.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Kbd } from '../../../_ui/kbd.tsx';
import { Moment } from '../../../_ui/moment.tsx';
import { Select } from '../../../_ui/select.tsx';
import { BreakpointList } from './breakpoint-list.tsx';
import { Holdings } from './holdings.tsx';
import type { Standing } from './standing.ts';
import { dataText } from './value-text.ts';

/** Where a run stands still: the event that came, what the rule put out with it and why, and what a query holds at that moment. */
export function StopPanel({ stops, standing, queries, events }: { stops: Stops; standing: Standing; queries: readonly string[]; events: number }) {
  const { stop, look, running, error } = stops;
  const isIdle = stop === null && stops.breakpoints.length === 0;
  const refused = stop === null ? 'It stands nowhere yet' : stop.reason.kind === 'end' ? 'The recording ends here' : undefined;
  useCommands([
    { label: 'Preview: next event', shortcut: 'F10', run: stops.step, refused },
    { label: 'Preview: run on', shortcut: 'F8', run: stops.goOn, refused },
  ]);
  return (
    <section aria-label="Stop" className="border-t border-line">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 bg-raised/60 px-4 py-2">
        <p role="status" className="min-w-0"><Where stops={stops} events={events} /></p>
        <span className="ml-auto flex flex-wrap items-center gap-2">
          <Button size="sm" refused={standing.chosen ? undefined : 'Move the slider to a moment first'} busy={running} onClick={() => stops.stopAt(standing.until)}>Stop at the slider</Button>
          {isIdle ? null : (
            <>
              <Button size="sm" refused={refused} busy={running} onClick={stops.step}>Next event <Kbd keys="F10" /></Button>
              <Button size="sm" refused={refused} busy={running} onClick={stops.goOn}>Run on <Kbd keys="F8" /></Button>
              <Button size="sm" busy={running} onClick={stops.again}>From the beginning</Button>
            </>
          )}
          {stop !== null && stops.breakpoints.length === 0 ? <Button size="sm" tone="quiet" onClick={stops.leave}>Leave</Button> : null}
        </span>
      </div>
      {error === undefined ? null : <p role="alert" className="border-t border-line px-4 py-2 text-critical">{error}</p>}
      {stops.breakpoints.length === 0 ? null : <div className="border-t border-line px-4 py-2"><BreakpointList stops={stops} /></div>}
      {stop === null ? null : (
        <div className="grid border-t border-line lg:grid-cols-2">
          <Came stop={stop} />
          <div className="min-w-0 border-t border-line lg:border-t-0 lg:border-l">
            <div className="flex items-center gap-2 px-4 pt-2.5 pb-1.5">
              <h3 className="text-sm font-medium text-faint">Held now by</h3>
              <Select size="sm" label="Query whose state is shown" value={look?.query ?? null} onChange={stops.lookAt} options={queries.map((one) => ({ value: one, label: one }))} />
            </div>
            {look === null ? null : <Holdings key={look.query} look={look} choice={stops.choice} onChoose={stops.choose} />}
          </div>
        </div>
      )}
    </section>
  );
}

function Where({ stops: { stop, breakpoints, running }, events }: { stops: Stops; events: number }) {
  if (running) return <span className="text-dim">Running to the next stop…</span>;
  if (stop === null) return <span className="text-dim">{breakpoints.length > 0 ? 'No stop yet.' : 'Set the mark beside a query, in the text or in the graph, to stop at its matches and see what it holds.'}</span>;
  const { reason, at, sent } = stop;
  return (
    <>
      <span className="font-medium">{reasonText(reason)}</span>
      <span className="ml-2 text-dim tabular-nums">
        <span className="font-mono text-[12px]"><Moment at={at} /></span>, after {count(sent)} of {plural(events, 'event')}
      </span>
    </>
  );
}

function reasonText(reason: StopReason): string {
  switch (reason.kind) {
    case 'breakpoint':
      return `Stopped at ${reason.on} ${count(reason.count)} of ${reason.query}`;
    case 'step':
      return 'One event further';
    case 'moment':
      return 'Stopped at this moment';
    case 'end':
      return 'At the end of the recording';
  }
}

function Came({ stop: { event, put } }: { stop: ShownStop }) {
  return (
    <div className="min-w-0 py-2.5">
      <h3 className="px-4 text-sm font-medium text-faint">Came</h3>
      <p className="px-4 pt-1 pb-2.5 break-words">{event === undefined ? <span className="text-dim">Nothing yet.</span> : <><span className="font-medium">{event.stream}</span> <span className="font-mono text-xs text-faint"><Moment at={event.at} /></span> <span className="text-sm">{dataText(event.data)}</span></>}</p>
      <h3 className="px-4 text-sm font-medium text-faint">Put out</h3>
      {put.length === 0 ? <p className="px-4 pt-1 text-dim">Nothing with this event.</p> : null}
      {put.map(({ query, total, rows }) => (
        <div key={query} className="pt-1">
          {rows.map(({ at, data, because }, index) => (
            <div key={index}>
              <p className="px-4 pb-1 break-words"><span className="font-mono text-sm">{query}</span> <span className="font-mono text-xs text-faint"><Moment at={at} /></span> <span className="text-sm">{dataText(data)}</span></p>
              {because === undefined ? null : <section aria-label="Because of" className="pr-4 pb-2.5 pl-7"><Causes explanation={because} /></section>}
            </div>
          ))}
          {total > rows.length ? <p className="px-4 text-dim">and {plural(total - rows.length, 'row')} more</p> : null}
        </div>
      ))}
    </div>
  );
}
