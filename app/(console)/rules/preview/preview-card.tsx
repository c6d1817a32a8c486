'use client';
import type { PlainEvent, PreviewResult, PreviewStream } from '@selvedge/edge-runtime/cep/preview';
import { useState } from 'react';
import type { Explanation, KnownModel, PreviewRun } from '../../../_editor/preview-protocol.ts';
import { count, plural } from '../../../_format/number.ts';
import { duration } from '../../../_format/time.ts';
import { Card } from '../../../_ui/card.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { Segments } from '../../../_ui/segments.tsx';
import { Switch } from '../../../_ui/switch.tsx';
import { EventSources } from './event-sources.tsx';
import { PreviewRows } from './preview-rows.tsx';
import { Timeline } from './timeline.tsx';
import type { PreviewControls } from '../../../_editor/use-preview.ts';

/** What the rule would have done with recorded events, by the engine that nodes run, as the text is written. */
export function PreviewCard({ preview, streams, models, compare, onCompare, sound }: {
  preview: PreviewControls;
  /** Streams that events can be fed to. */
  streams: readonly string[];
  models: readonly KnownModel[];
  /** The version to compare with, where there is one. */
  compare?: { version: number; on: boolean } | undefined;
  onCompare?: ((on: boolean) => void) | undefined;
  /** Whether the text type-checks as it stands. */
  sound: boolean;
}) {
  const { state } = preview;
  const { recording, run, other } = state;
  const sources = <EventSources streams={streams} onText={(text, stream, from) => void preview.loadText(text, stream, from)} onEvents={(events: readonly PlainEvent[], from) => void preview.loadEvents(events, from)} />;
  return (
    <Card
      title="Preview"
      subtitle={recording === undefined ? undefined : <>{state.from}, {plural(recording.events, 'event')}{run === undefined ? '' : ` in ${(run.ms / 1000).toFixed(2)} s`}</>}
      actions={
        <>
          {compare === undefined || onCompare === undefined || recording === undefined ? null : (
            <Switch checked={compare.on} onChange={onCompare} label={`beside ${compare.version}`} />
          )}
          {recording === undefined ? null : sources}
        </>
      }
    >
      <div aria-live="polite" className="sr-only">{state.running ? 'The preview is running.' : run === undefined ? '' : 'The preview is up to date.'}</div>
      {state.error === undefined ? null : <p role="alert" className="border-b border-line px-4 py-2 text-critical">{state.error}</p>}
      {recording === undefined ? (
        <EmptyState kind="nothing-yet" title="No events yet" action={sources}>
          Upload a recording (CSV or JSON lines), paste a few events, or capture a stream of a node. What the rule would have done with them is then shown as you type; the events stay in this browser.
        </EmptyState>
      ) : (
        <>
          <Notes state={state} sound={sound} />
          {run === undefined ? null : <Results key={recording.from} run={run} other={other} version={compare?.version} explain={(stream, index) => preview.client().explain(state.text, stream, index, models)} />}
        </>
      )}
    </Card>
  );
}

/** What a person must know to read the results rightly. */
function Notes({ state: { recording, run }, sound }: { state: PreviewControls['state']; sound: boolean }) {
  const notes: string[] = [];
  if (!sound) notes.push('The text has errors; this is what the last one without did.');
  if (recording !== undefined && recording.left > 0) notes.push(`${plural(recording.left, 'line')} could not be read: ${recording.problems[0] ?? ''}.`);
  const result = run?.result;
  if (result !== undefined) {
    for (const { stream, count: ignored } of result.ignored) notes.push(`${plural(ignored, 'event')} of ${stream === '' ? 'no stream' : stream} reach no stream of this text.`);
    if (result.refusedTotal > 0) notes.push(`${plural(result.refusedTotal, 'event')} do not fit the stream: ${result.refused[0] ?? ''}.`);
    if (result.faultsTotal > 0) notes.push(`${plural(result.faultsTotal, 'event')} failed: ${result.faults[0] ?? ''}.`);
  }
  if (notes.length === 0) return null;
  return <ul className="border-b border-line px-4 py-2 text-notice">{notes.map((note) => <li key={note}>{note}</li>)}</ul>;
}

function Results({ run, other, version, explain }: { run: PreviewRun; other: PreviewRun | { error: string } | null; version: number | undefined; explain: (stream: string, index: number) => Promise<Explanation | null> }) {
  const { result } = run;
  const [until, setUntil] = useState<number | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const last = Math.max(result.to, ...result.streams.flatMap((one) => one.rows.at(-1)?.timestamp ?? []));
  const at = until === null ? last : Math.min(until, last);
  const shown = result.streams.find((one) => one.name === chosen) ?? result.streams.find((one) => one.output && one.count > 0) ?? result.streams.find((one) => one.output) ?? result.streams[0];
  return (
    <>
      <Timeline streams={result.streams.filter((one) => one.input || one.output)} from={result.from} to={last} at={at} onAt={(next) => setUntil(next >= last ? null : next)} />
      {other === null || version === undefined ? null : <Comparison result={result} other={other} version={version} />}
      <div className="flex flex-wrap items-center gap-2 overflow-x-auto border-y border-line px-4 py-2">
        <Segments label="Stream" value={shown?.name ?? ''} onChange={setChosen} options={result.streams.map((one) => ({ value: one.name, label: `${one.name} ${count(one.count)}` }))} />
        <span className="ml-auto text-sm text-faint">{duration(result.to - result.from)} of events; predictions are made by the control plane's try-out, 2,000 rows a run at most</span>
      </div>
      {shown === undefined ? null : <PreviewRows key={shown.name} stream={shown} until={at} explain={(index) => explain(shown.name, index)} />}
    </>
  );
}

/** Two texts over the same events: what each put out, and the first rows that only one of them did. */
function Comparison({ result, other, version }: { result: PreviewResult; other: PreviewRun | { error: string }; version: number }) {
  if ('error' in other) return <p className="border-t border-line px-4 py-2 text-notice">Version {version} cannot run over these events: {other.error}</p>;
  const names = [...new Set([...result.streams, ...other.result.streams].filter((one) => one.output).map((one) => one.name))];
  const of = (from: PreviewResult, name: string): PreviewStream | undefined => from.streams.find((one) => one.name === name);
  return (
    <div className="border-t border-line px-4 py-2.5">
      <h3 className="mb-1 text-sm font-medium text-faint">Beside version {version}</h3>
      <ul className="flex flex-col gap-1">
        {names.map((name) => {
          const [here, there] = [of(result, name), of(other.result, name)];
          const { added, gone, complete } = differing(here, there);
          return (
            <li key={name} className="flex flex-wrap gap-x-3">
              <span className="font-medium">{name}</span>
              <span className="tabular-nums">version {version}: {count(there?.count ?? 0)} · here: {count(here?.count ?? 0)}</span>
              <span className={added + gone === 0 ? 'text-dim' : 'text-notice'}>{added + gone === 0 ? 'the same rows' : `${plural(added, 'row')} only here, ${plural(gone, 'row')} only there`}{complete ? '' : ', among the first and last 500'}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function differing(here: PreviewStream | undefined, there: PreviewStream | undefined): { added: number; gone: number; complete: boolean } {
  const keys = (stream: PreviewStream | undefined) => (stream?.rows ?? []).map(({ timestamp, row }) => `${timestamp} ${row.map(String).join('\u0000')}`);
  const [left, right] = [keys(here), keys(there)];
  const [inLeft, inRight] = [new Set(left), new Set(right)];
  return {
    added: left.filter((one) => !inRight.has(one)).length,
    gone: right.filter((one) => !inLeft.has(one)).length,
    complete: (here?.count ?? 0) === left.length && (there?.count ?? 0) === right.length,
  };
}
