import type { Analysis } from '@selvedge/edge-runtime/cep';
import type { ReactNode } from 'react';
import { Chip } from '../../_ui/chip.tsx';

/** The flow of a rule as a list that reads from source to sink: what comes in, each query, what goes out, what is remembered. */
export function RuleOutline({ analysis }: { analysis: Analysis | undefined }) {
  if (analysis === undefined) return <p className="px-4 py-3.5 text-dim">Nothing is known of the text yet.</p>;
  const { sources, sinks, queries, models, state, streams } = analysis;
  const detections = streams.filter((stream) => stream.annotations.some((annotation) => annotation.name.toLowerCase() === 'detection'));
  return (
    <div className="divide-y divide-line">
      <Section title="Comes in" empty="No source: events reach it over the node's gateway only.">
        {sources.map((source, index) => (
          <Line key={index} main={source.stream} detail={`${source.type}${source.options['topic'] === undefined ? '' : ` topic ${source.options['topic']}`}, ${source.map.type}`} />
        ))}
      </Section>
      <Section title="Queries" empty="No query yet.">
        {queries.map((query, index) => (
          <Line key={index} main={query.name} detail={`${query.inputs.join(' and ')} → ${query.output ?? 'nothing'}`} chip={query.kind} />
        ))}
      </Section>
      {models.length > 0 ? <Section title="Asks">{models.map((model, index) => <Line key={index} main={model.reference} detail="model" />)}</Section> : null}
      <Section title="Goes out" empty="No sink and no detection: what it computes is in the node's store.">
        {[
          ...detections.map((stream) => <Line key={`detection ${stream.name}`} main={stream.name} detail="detection" />),
          ...sinks.map((sink, index) => <Line key={`sink ${index}`} main={sink.stream} detail={sink.type} />),
        ]}
      </Section>
      <Section title="Remembers" empty="Nothing between events.">
        {state.map((each) => <Line key={each.id} main={each.what} detail={each.query} />)}
      </Section>
    </div>
  );
}

function Section({ title, empty, children }: { title: string; empty?: string; children: ReactNode[] }) {
  return (
    <section className="px-4 py-3">
      <h3 className="mb-1.5 text-sm font-medium text-faint">{title}</h3>
      {children.length === 0 ? <p className="text-dim">{empty}</p> : <ul className="flex flex-col gap-1">{children}</ul>}
    </section>
  );
}

function Line({ main, detail, chip }: { main: string; detail: string; chip?: string }) {
  return (
    <li className="flex items-baseline gap-2">
      <span className="truncate font-medium">{main}</span>
      <span className="min-w-0 flex-1 truncate text-dim">{detail}</span>
      {chip === undefined ? null : <Chip>{chip}</Chip>}
    </li>
  );
}
