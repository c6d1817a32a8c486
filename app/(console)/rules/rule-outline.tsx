import { RATE_ASSUMED, type GraphNode, type RuleDocument, type StateEstimate } from '@selvedge/edge-runtime/cep/language-service';
import type { ReactNode } from 'react';
import { bytes, count } from '../../_format/number.ts';
import { Chip } from '../../_ui/chip.tsx';

/** The graph of a rule as a list that reads from source to sink; each entry leads to its place in the text. */
export function RuleOutline({ document, state, measured, onShow }: { document: RuleDocument; state: readonly StateEstimate[]; measured: boolean; onShow: (from: number, to?: number) => void }) {
  const { nodes, edges } = document.graph;
  const labelOf = new Map(nodes.map((node) => [node.id, node.label]));
  const joined = (ids: readonly string[]) => ids.map((id) => labelOf.get(id) ?? '').join(' and ');
  const line = (node: GraphNode, detail: string, chip?: string) => <Line key={node.id} main={node.label} detail={detail} chip={chip} onShow={() => onShow(node.at.from, node.at.to)} />;
  const of = (...kinds: GraphNode['kind'][]) => nodes.filter((node) => kinds.includes(node.kind));
  return (
    <div className="max-h-[720px] divide-y divide-line overflow-auto lg:max-h-(--workbench-height)" tabIndex={0} role="group" aria-label="Parts of the rule">
      <Section title="Comes in" empty="No source: events reach it over the node's gateway only.">
        {of('source', 'trigger').map((node) => line(node, `${node.detail} → ${joined(edges.filter((edge) => edge.from === node.id).map((edge) => edge.to))}`))}
      </Section>
      <Section title="Queries" empty="No query yet.">
        {of('query').map((node) => {
          const inputs = joined(edges.filter((edge) => edge.to === node.id).map((edge) => edge.from));
          const outputs = joined(edges.filter((edge) => edge.from === node.id).map((edge) => edge.to)) || 'nothing';
          return line(node, `${inputs} → ${outputs}`, node.partition === undefined ? undefined : `by ${node.partition}`);
        })}
      </Section>
      <Section title="Streams and tables" empty="None yet.">
        {of('stream', 'table', 'window', 'aggregation').map((node) => line(node, node.detail, node.kind === 'stream' ? undefined : node.kind))}
      </Section>
      {of('model').length > 0 ? <Section title="Asks">{of('model').map((node) => line(node, 'model'))}</Section> : null}
      <Section title="Goes out" empty="No sink and no detection: what it computes is in the node's store.">
        {of('detection', 'sink').map((node) => line(node, joined(edges.filter((edge) => edge.to === node.id).map((edge) => edge.from)), node.kind))}
      </Section>
      <Section title={measured ? 'Remembers, at the rates of the preview' : `Remembers, at ${RATE_ASSUMED} event/s a stream`} empty="Nothing between events.">
        {state.map((each) => (
          <li key={`${each.query} ${each.what}`} className="flex items-baseline gap-2">
            <span className="min-w-0 flex-1">
              <span className="font-medium">{each.what}</span> <span className="text-dim">{each.because}</span>
            </span>
            <span className="whitespace-nowrap text-dim tabular-nums" title={`${count(each.entries)} entries`}>
              {bytes(each.bytes)}
            </span>
          </li>
        ))}
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

function Line({ main, detail, chip, onShow }: { main: string; detail: string; chip?: string | undefined; onShow: () => void }) {
  return (
    <li className="flex items-baseline gap-2">
      <button type="button" onClick={onShow} className="max-w-[60%] truncate text-left font-medium hover:underline">
        {main}
      </button>
      <span className="min-w-0 flex-1 truncate text-dim" title={detail}>{detail}</span>
      {chip === undefined ? null : <Chip>{chip}</Chip>}
    </li>
  );
}
