'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { count } from '../_format/number.ts';
import { paths } from '../paths.ts';
import type { Tone } from '../_ui/status.tsx';
import { useWidth } from '../_ui/use-width.ts';
import { cellByKey, cellTone, columnsOf, layCells, type Cell, type NodeCell } from './cell-layout.ts';

const heightMax = 232;

const inWords = (perCell: number) => (perCell === 1 ? 'one cell each' : `one cell for ${perCell}, the worst of them seen`);

/** Drawn on one canvas, because ten thousand elements would cost more than all the rest of the page. The list of nodes is its equal in words. */
export function Cells({ nodes, total, then }: { nodes: readonly NodeCell[]; total: number; then?: number | undefined }) {
  const router = useRouter();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(box);
  const [place, setPlace] = useState<number | null>(null);
  const [painted, repaint] = useState(0);
  const layout = useMemo(() => layCells(nodes, width, heightMax), [nodes, width]);
  const hover = place === null ? undefined : layout.cells[place];

  useEffect(() => {
    const themes = new MutationObserver(() => repaint((times) => times + 1));
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => themes.disconnect();
  }, []);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    element.width = width * ratio;
    element.height = layout.height * ratio;
    context.scale(ratio, ratio);
    const colours = readColours(element);
    for (const cell of layout.cells) {
      const tone = cellTone(cell.node);
      context.globalAlpha = tone === 'positive' ? 0.5 : 1;
      context.fillStyle = colours[tone];
      context.beginPath();
      context.roundRect(cell.x, cell.y, layout.size, layout.size, Math.min(2, layout.size / 4));
      context.fill();
    }
    if (hover === undefined) return;
    context.globalAlpha = 1;
    context.strokeStyle = colours.ink;
    context.lineWidth = 1.5;
    context.strokeRect(hover.x - 0.5, hover.y - 0.5, layout.size + 1, layout.size + 1);
  }, [layout, width, painted, hover]);

  const at = (event: MouseEvent<HTMLCanvasElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - left;
    const y = event.clientY - top;
    const found = layout.cells.findIndex((cell) => x >= cell.x && x < cell.x + layout.size + layout.gap && y >= cell.y && y < cell.y + layout.size + layout.gap);
    return found < 0 ? null : found;
  };
  const open = (cell: number | null) => {
    const node = cell === null ? undefined : layout.cells[cell]?.node;
    if (node) router.push(paths.node(node.id, undefined, then));
  };
  const press = (event: KeyboardEvent<HTMLCanvasElement>) => {
    if (event.key === 'Enter') return open(place);
    const next = cellByKey(layout, place, event.key, columnsOf(layout.size, width));
    if (next === undefined) return;
    event.preventDefault();
    setPlace(next);
  };
  return (
    <div ref={box} className="relative">
      {layout.perCell > 1 || nodes.length < total ? (
        <p className="mb-2 text-dim">
          {nodes.length < total ? `The first ${count(nodes.length)} of ${count(total)}, ` : ''}
          {inWords(layout.perCell)}
        </p>
      ) : null}
      <canvas
        ref={canvas}
        // One goes along the nodes as along a scale, and hears of each what it is.
        role="slider"
        tabIndex={0}
        aria-valuemin={1}
        aria-valuemax={layout.cells.length}
        aria-valuenow={place === null ? 1 : place + 1}
        aria-valuetext={hover === undefined ? 'none yet' : said(hover)}
        aria-label={`${count(nodes.length)} nodes, ${inWords(layout.perCell)}. Arrows go from one to the next, Enter opens it; the list of nodes says the same in words`}
        style={{ width: '100%', height: layout.height }}
        className={hover ? 'cursor-pointer' : undefined}
        onMouseMove={(event) => setPlace(at(event))}
        onMouseLeave={() => setPlace(null)}
        onBlur={() => setPlace(null)}
        onKeyDown={press}
        onClick={(event) => open(at(event))}
      />
      {hover ? (
        <div className="pointer-events-none absolute z-10 max-w-56 rounded-lg border border-line-strong bg-overlay px-3 py-2 shadow-overlay" style={{ left: Math.min(hover.x, Math.max(0, width - 200)), top: hover.y + layout.size + 6 }}>
          <span className="block truncate font-medium">{named(hover)}</span>
          <span className="block text-dim">{stateOf(hover)}</span>
        </div>
      ) : null}
    </div>
  );
}

function named({ node, count: nodes }: Cell): string {
  return nodes > 1 ? `${node.name} and ${count(nodes - 1)} more` : node.name;
}

function stateOf({ node, count: nodes }: Cell): string {
  return `${nodes > 1 ? 'at worst ' : ''}${node.health}, ${node.sync}${node.fleet === null ? ', no fleet' : `, ${node.fleet}`}`;
}

const said = (cell: Cell): string => `${named(cell)}: ${stateOf(cell)}`;

/** A canvas knows no `light-dark()`, so the colours are read from elements that do. */
function readColours(near: HTMLElement): Record<Tone | 'ink', string> {
  const probe = document.createElement('i');
  near.parentElement?.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--color-${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = { positive: read('positive'), info: read('info'), notice: read('notice'), critical: read('critical'), neutral: read('line-strong'), ink: read('ink') };
  probe.remove();
  return colours;
}
