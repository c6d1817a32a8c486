'use client';
import type { PlainEvent } from '@selvedge/edge-runtime/cep/preview';
import { useRef, useState } from 'react';
import type { KnownModel, PreviewRun } from '../../../_editor/preview-protocol.ts';
import { count, plural } from '../../../_format/number.ts';
import { duration } from '../../../_format/time.ts';
import { Card } from '../../../_ui/card.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { Moments } from '../../../_ui/moment.tsx';
import { Shape } from '../../../_ui/status.tsx';
import { Segments } from '../../../_ui/segments.tsx';
import { useWidth } from '../../../_ui/use-width.ts';
import { Switch } from '../../../_ui/switch.tsx';
import type { PreviewControls } from '../../../_editor/use-preview.ts';
import type { Stops } from '../../../_editor/use-stops.ts';
import { Comparison } from './comparison.tsx';
import { EventSources } from './event-sources.tsx';
import { Notes, type Definition } from './notes.tsx';
import { PreviewRows } from './preview-rows.tsx';
import type { Standing } from './standing.ts';
import { StopPanel } from './stop-panel.tsx';
import { Timeline } from './timeline.tsx';
import { ValueChart } from './value-chart.tsx';

/** What the rule would have done with recorded events, by the engine that nodes run, as the text is written. */
export function PreviewCard({ preview, stops, standing, onMoment, streams, models, asksModels, compare, onCompare, sound, onDefine }: {
  preview: PreviewControls;
  stops: Stops;
  /** The moment that is looked at, once something has run. */
  standing: Standing | undefined;
  onMoment: (moment: number | null) => void;
  /** Streams that events can be fed to. */
  streams: readonly string[];
  models: readonly KnownModel[];
  /** Whether the text has predictions made. */
  asksModels: boolean;
  /** The version to compare with, where there is one. */
  compare?: { version: number; on: boolean } | undefined;
  onCompare?: ((on: boolean) => void) | undefined;
  /** Whether the text type-checks as it stands. */
  sound: boolean;
  /** Defines a stream as the recording has it; absent where the text is only read. */
  onDefine: ((definition: Definition) => void) | undefined;
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
      {recording === undefined && state.running ? (
        <p className="flex h-[261px] items-center justify-center gap-2 text-dim"><Shape tone="info" moving /> Reading the events.</p>
      ) : recording === undefined ? (
        <EmptyState kind="nothing-yet" title="No events yet" action={sources}>
          Upload a recording (CSV or JSON lines), paste a few events, or capture a stream of a node. What the rule would have done with them is then shown as you type; the events stay in this browser.
        </EmptyState>
      ) : (
        <>
          <Notes state={state} streams={streams} sound={sound} onDefine={onDefine} />
          {run === undefined || standing === undefined ? null : <Results key={recording.from} run={run} other={other} version={compare?.version} preview={preview} stops={stops} standing={standing} onMoment={onMoment} models={models} asksModels={asksModels} />}
        </>
      )}
    </Card>
  );
}

/** What stands beside the time of a preview, above as below: names and counts of streams, the scale of a chart. */
const wideSides = { left: 152, right: 122 };
const narrowSides = { left: 100, right: 92 };
const roomyFrom = 600;

function Results({ run: { result }, other, version, preview, stops, standing, onMoment, models, asksModels }: {
  run: PreviewRun;
  other: PreviewRun | { error: string } | null;
  version: number | undefined;
  preview: PreviewControls;
  stops: Stops;
  standing: Standing;
  onMoment: (moment: number | null) => void;
  models: readonly KnownModel[];
  asksModels: boolean;
}) {
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = result.streams.find((one) => one.name === chosen) ?? result.streams.find((one) => one.output && one.count > 0) ?? result.streams.find((one) => one.output) ?? result.streams[0];
  const { text } = preview.state;
  const frame = useRef<HTMLDivElement>(null);
  const sides = useWidth(frame) < roomyFrom ? narrowSides : wideSides;
  return (
    <Moments among={[result.from, result.to]}>
      <div ref={frame} />
      <Timeline streams={result.streams.filter((one) => one.input || one.output)} span={result} standing={standing} sides={sides} onMoment={onMoment} />
      <ValueChart streams={result.streams} span={result} standing={standing} sides={sides} />
      <StopPanel stops={stops} standing={standing} queries={result.queries.map((one) => one.name)} events={result.events} />
      {other === null || version === undefined ? null : <Comparison result={result} other={other} version={version} />}
      <div className="flex flex-wrap items-center gap-2 overflow-x-auto border-y border-line px-4 py-2">
        <Segments label="Stream" value={shown?.name ?? ''} onChange={setChosen} options={result.streams.map((one) => ({ value: one.name, label: `${one.name} ${count(standing.counts.get(`stream ${one.name}`) ?? 0)}` }))} />
        <span className="ml-auto text-sm text-faint">{duration(result.to - result.from)} of events{asksModels ? "; predictions are made by the control plane's try-out, 2,000 rows a run at most" : ''}</span>
      </div>
      {shown === undefined ? null : <PreviewRows key={shown.name} stream={shown} standing={standing} explain={(index) => preview.client().explain(text, shown.name, index, models)} fetchUntil={(until) => preview.client().rows(text, shown.name, until, models)} />}
    </Moments>
  );
}
