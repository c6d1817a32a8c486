'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type RefObject } from 'react';
import { cellsPageSize, type Alike } from '../../server/nodes/schema.ts';
import { useTRPC } from '../_data/trpc.tsx';
import { count, plural } from '../_format/number.ts';
import { paths } from '../paths.ts';
import type { Tone } from '../_ui/status.tsx';
import { useWidth } from '../_ui/use-width.ts';
import { cellAt, cellByKey, cellTone, cornerOf, layCells, type Cell, type CellLayout } from './cell-layout.ts';

/** So many fill their box at any width: its height is kept for them before the width is known, so that nothing moves. */
const fillingFrom = 1_000;

const inWords = (perCell: number) => (perCell === 1 ? 'one cell each' : `one cell for ${perCell}, the worst of them seen`);

/**
 * Drawn on one canvas, because ten thousand elements would cost more than all the rest of the page; which node a cell stands for is
 * asked when somebody points at it. The list of nodes is its equal in words.
 */
export function Cells({ alike, then, heightMax = 232 }: { alike: readonly Alike[]; then?: number | undefined; heightMax?: number }) {
  const router = useRouter();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [place, setPlace] = useState<number | null>(null);
  const layout = useMemo(() => layCells(alike, width, heightMax), [alike, width, heightMax]);
  const pointed = place === null ? undefined : layout.cells[place];
  const { name, findNode } = useNode(pointed, then);
  const canvas = useCanvas(layout, width);

  const open = async (cell: Cell | undefined) => {
    if (cell === undefined) return;
    const node = await findNode(cell);
    const { fleet, health, sync } = cell.alike;
    router.push(node === undefined ? paths.nodes({ fleet: fleet?.id, health, sync, then }) : paths.node(node.id, undefined, then));
  };
  const at = (event: MouseEvent<HTMLCanvasElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return cellAt(layout, event.clientX - left, event.clientY - top);
  };
  const press = (event: KeyboardEvent<HTMLCanvasElement>) => {
    if (event.key === 'Enter') return void open(pointed);
    const next = cellByKey(layout, place, event.key);
    if (next === undefined) return;
    event.preventDefault();
    setPlace(next);
  };
  const nodes = alike.reduce((sum, each) => sum + each.nodes, 0);
  return (
    <div ref={box} className="relative">
      {layout.perCell > 1 ? <p className="mb-2 text-dim">{inWords(layout.perCell)}</p> : null}
      <div className="relative">
        <canvas
          ref={canvas}
          // One goes along the nodes as along a scale, and hears of each what it is.
          role="slider"
          tabIndex={0}
          aria-valuemin={1}
          aria-valuemax={layout.cells.length}
          aria-valuenow={place === null ? 1 : place + 1}
          aria-valuetext={pointed === undefined ? 'none yet' : `${named(pointed, name)}: ${stateOf(pointed)}`}
          aria-label={`${plural(nodes, 'node')}, ${inWords(layout.perCell)}. Arrows go from one to the next, Enter opens it; the list of nodes says the same in words`}
          style={{ width: '100%', height: width === 0 && nodes >= fillingFrom ? heightMax : layout.height }}
          className={pointed ? 'block cursor-pointer' : 'block'}
          onMouseMove={(event) => setPlace(at(event))}
          onMouseLeave={() => setPlace(null)}
          onBlur={() => setPlace(null)}
          onKeyDown={press}
          onClick={(event) => void open(layout.cells[at(event) ?? -1])}
        />
        {pointed && place !== null ? <Pointed layout={layout} place={place} width={width} title={named(pointed, name)} state={stateOf(pointed)} /> : null}
      </div>
    </div>
  );
}

/** A ring around the cell that is pointed at, and what it is. */
function Pointed({ layout, place, width, title, state }: { layout: CellLayout; place: number; width: number; title: string; state: string }) {
  const { x, y } = cornerOf(layout, place);
  return (
    <>
      <i aria-hidden className="pointer-events-none absolute rounded-xs outline-[1.5px] outline-ink" style={{ left: x, top: y, width: layout.size, height: layout.size }} />
      <div className="pointer-events-none absolute z-10 max-w-56 rounded-lg border border-line-strong bg-overlay px-3 py-2 shadow-overlay" style={{ left: Math.min(x, Math.max(0, width - 200)), top: y + layout.size + 6 }}>
        <span className="block truncate font-medium">{title}</span>
        <span className="block text-dim">{state}</span>
      </div>
    </>
  );
}

/** The name of the node that a cell stands for, once it is known, and a way to ask for one that is opened. */
function useNode(cell: Cell | undefined, at: number | undefined) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const pageOf = ({ alike: { fleet, health, sync }, index }: Cell) =>
    trpc.nodes.cells.queryOptions({ fleet: fleet?.id ?? null, health, sync, from: index - (index % cellsPageSize), ...(at === undefined ? {} : { at }) });
  const nowhere: Cell = { alike: { fleet: null, health: 'Healthy', sync: 'Synced', nodes: 0 }, index: 0, count: 0 };
  const page = useQuery({ ...pageOf(cell ?? nowhere), enabled: cell !== undefined });
  return {
    name: cell === undefined ? undefined : page.data?.[cell.index % cellsPageSize]?.name,
    /** Undefined where it does not look so any more. */
    findNode: async (of: Cell) => (await queryClient.ensureQueryData(pageOf(of)).catch(() => []))[of.index % cellsPageSize],
  };
}

function named({ count: nodes, alike }: Cell, name: string | undefined): string {
  if (name === undefined) return nodes > 1 ? `${count(nodes)} nodes` : `One of ${plural(alike.nodes, 'node')}`;
  return nodes > 1 ? `${name} and ${count(nodes - 1)} more` : name;
}

function stateOf({ alike: { health, sync, fleet }, count: nodes }: Cell): string {
  return `${nodes > 1 ? 'at worst ' : ''}${health}, ${sync}${fleet === null ? ', no fleet' : `, ${fleet.name}`}`;
}

/** The canvas that has the cells, painted again with the theme. */
function useCanvas(layout: CellLayout, width: number): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [painted, repaint] = useState(0);
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
    for (const [place, { alike }] of layout.cells.entries()) {
      const tone = cellTone(alike);
      const { x, y } = cornerOf(layout, place);
      context.globalAlpha = tone === 'positive' ? 0.5 : 1;
      context.fillStyle = colours[tone];
      context.beginPath();
      context.roundRect(x, y, layout.size, layout.size, Math.min(2, layout.size / 4));
      context.fill();
    }
  }, [layout, width, painted]);
  return canvas;
}

/** A canvas knows no `light-dark()`, so the colours are read from elements that do. */
function readColours(near: HTMLElement): Record<Tone, string> {
  const probe = document.createElement('i');
  near.parentElement?.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--color-${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = { positive: read('positive'), info: read('info'), notice: read('notice'), critical: read('critical'), neutral: read('line-strong') };
  probe.remove();
  return colours;
}
