'use client';
import type { GraphNode, GraphNodeKind, QueryGraph } from '@selvedge/edge-runtime/cep/language-service';
import { Fragment, useMemo, useRef } from 'react';
import { count } from '../../_format/number.ts';
import { classes } from '../../_ui/classes.ts';
import { useWidth } from '../../_ui/use-width.ts';
import { layOut, type PlacedNode } from './graph-layout.ts';

/** A colour and a word for each kind; the word is for those who do not see the colour. */
const kinds: Readonly<Record<GraphNodeKind, { bar: string; word: string }>> = {
  source: { bar: 'bg-s3', word: 'source' },
  stream: { bar: 'bg-s1', word: 'stream' },
  table: { bar: 'bg-s5', word: 'table' },
  window: { bar: 'bg-s1', word: 'named window' },
  trigger: { bar: 'bg-s3', word: 'trigger' },
  aggregation: { bar: 'bg-s5', word: 'aggregation' },
  query: { bar: 'bg-s2', word: 'query' },
  model: { bar: 'bg-s4', word: 'model' },
  sink: { bar: 'bg-s6', word: 'sink' },
  detection: { bar: 'bg-critical', word: 'detection' },
};

/** Events that a preview had seen at each query and stream at the moment that is looked at, by name. */
export type NodeCounts = ReadonlyMap<string, number>;

/** How events pass through a rule, from above to below. A node leads to its place in the text. */
export function RuleGraph({ graph, counts, stopping, onBreakpoint, onShow }: {
  graph: QueryGraph;
  counts?: NodeCounts | undefined;
  /** The queries that a preview stops at. */
  stopping: ReadonlySet<string>;
  onBreakpoint: (query: string) => void;
  onShow: (node: GraphNode) => void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const room = useWidth(frame);
  const layout = useMemo(() => layOut(graph, room === 0 ? undefined : room), [graph, room]);
  return (
    <div ref={frame} className="max-h-[720px] overflow-auto lg:max-h-(--workbench-height)" tabIndex={0} role="group" aria-label="Graph of the rule">
      {layout.nodes.length === 0 ? <p className="px-4 py-3.5 text-dim">Nothing to draw yet: define a stream.</p> : null}
      <div className="relative mx-auto" style={{ width: layout.width, height: layout.height }}>
        <svg width={layout.width} height={layout.height} className="absolute inset-0" aria-hidden="true">
          {layout.edges.map(({ from, to, kind, path }) => (
            <path key={`${from}>${to}`} d={path} fill="none" stroke="var(--color-line-strong)" strokeWidth={1.5} {...(kind === 'flow' ? {} : { strokeDasharray: kind === 'look-up' ? '2 4' : '6 3' })} />
          ))}
        </svg>
        {layout.nodes.map((node) => (
          <Fragment key={node.id}>
            <Node node={node} seen={counts?.get(node.kind === 'query' ? `query ${node.label}` : `stream ${node.label}`)} onShow={onShow} />
            {node.kind === 'query' ? <BreakpointButton node={node} set={stopping.has(node.label)} onToggle={() => onBreakpoint(node.label)} /> : null}
          </Fragment>
        ))}
      </div>
    </div>
  );
}

function Node({ node, seen, onShow }: { node: PlacedNode; seen: number | undefined; onShow: (node: GraphNode) => void }) {
  const { bar, word } = kinds[node.kind];
  const said = seen === undefined ? '' : `, ${count(seen)} events`;
  return (
    <button
      type="button"
      onClick={() => onShow(node)}
      aria-label={`${word} ${node.label}${said}: show in the text`}
      title={node.detail === '' ? `${word} ${node.label}` : `${word} ${node.label}: ${node.detail}`}
      className={classes('absolute flex overflow-hidden rounded-md border bg-raised text-left hover:border-accent', node.partition === undefined ? 'border-line' : 'border-dashed border-line-strong')}
      style={{ left: node.x, top: node.y, width: node.width, height: node.height }}
    >
      <span className={classes('w-[3px] shrink-0', bar)} />
      <span className="flex min-w-0 flex-1 flex-col justify-center px-2.5">
        <span className="flex items-baseline gap-2">
          <span className="truncate font-medium">{node.label}</span>
          {seen === undefined ? null : <span className="ml-auto text-xs text-dim tabular-nums">{count(seen)}</span>}
        </span>
        {node.kind === 'query' ? <span className="truncate pr-4 font-mono text-xs text-faint">{node.detail}</span> : null}
      </span>
    </button>
  );
}

/** In the corner of a query: whether a preview stops there. */
function BreakpointButton({ node, set, onToggle }: { node: PlacedNode; set: boolean; onToggle: () => void }) {
  return (
    <button
      type="button"
      onClick={onToggle}
      aria-pressed={set}
      aria-label={`Stop the preview at ${node.label}`}
      title={set ? `The preview stops at ${node.label}` : `Stop the preview at ${node.label}`}
      className="group absolute grid size-6 place-items-center rounded-md"
      style={{ left: node.x + node.width - 25, top: node.y + node.height - 25 }}
    >
      <span className={classes('size-[9px] rounded-full border-[1.5px] group-hover:border-accent', set ? 'border-accent bg-accent' : 'border-line-strong')} />
    </button>
  );
}
