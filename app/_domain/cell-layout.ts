import type { HealthStatus, SyncStatus } from '../../edge-runtime/protocol/states.ts';
import type { Tone } from '../_ui/status.tsx';

export interface NodeCell {
  id: string;
  name: string;
  fleet: string | null;
  health: HealthStatus;
  sync: SyncStatus;
}

/** `node` is the worst of the `count` nodes of one fleet that the cell stands for. */
export interface Cell {
  node: NodeCell;
  count: number;
  x: number;
  y: number;
}

export interface CellLayout {
  /** In pixels, as all of it. */
  size: number;
  gap: number;
  height: number;
  /** How many nodes a cell stands for, at most. */
  perCell: number;
  cells: readonly Cell[];
}

/** One colour a node: the worse of its two axes. */
export function cellTone(node: Pick<NodeCell, 'health' | 'sync'>): Tone {
  if (node.health === 'Offline' || node.sync === 'Failed') return 'critical';
  if (node.health === 'Degraded' || node.sync === 'Drifted' || node.sync === 'OutOfSync') return 'notice';
  if (node.sync === 'Applying') return 'info';
  return node.health === 'NeverSeen' || node.sync === 'Unknown' ? 'neutral' : 'positive';
}

const severity: readonly Tone[] = ['critical', 'notice', 'info', 'neutral', 'positive'];
const sizeMax = 15;
const sizeMin = 4;
const gapOf = (size: number) => (size > 8 ? 3 : size > 4 ? 2 : 1);

/**
 * The largest square cells, at most 15 pixels, with which all nodes fit in a box; when even the smallest do not fit, each stands
 * for several nodes of one fleet and shows the worst of them. Fleets stay in the order in which they come, and within a fleet
 * trouble comes first, so that one sees where it is and how much.
 */
export function layCells(nodes: readonly NodeCell[], width: number, heightMax: number): CellLayout {
  if (width <= 0 || nodes.length === 0) return { size: 0, gap: 0, height: 0, perCell: 1, cells: [] };
  const fleets = [...Map.groupBy(nodes, (node) => node.fleet).values()].map((fleet) => fleet.toSorted((a, b) => severity.indexOf(cellTone(a)) - severity.indexOf(cellTone(b))));
  for (let size = sizeMax; size > sizeMin; size--) {
    if (nodes.length <= capacity(size, width, heightMax)) return place(fleets, 1, size, width);
  }
  const room = capacity(sizeMin, width, heightMax);
  let perCell = 1;
  while (perCell < nodes.length && cellsOf(fleets, perCell) > room) perCell++;
  return place(fleets, perCell, sizeMin, width);
}

const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: null, End: null } as const;

/** Where a key leads from a cell, as the place in `cells`; undefined for a key that leads nowhere. The first key comes to the first cell. */
export function cellByKey({ cells }: CellLayout, from: number | null, key: string, columns: number): number | undefined {
  if (!(key in steps) || cells.length === 0) return undefined;
  if (from === null || key === 'Home') return 0;
  const step = Object.entries(steps).find(([name]) => name === key)?.[1];
  if (step === null || step === undefined) return cells.length - 1;
  const next = from + step[0] + step[1] * columns;
  return next < 0 || next >= cells.length ? from : next;
}

export function columnsOf(size: number, width: number): number {
  return Math.max(1, Math.floor((width + gapOf(size)) / (size + gapOf(size))));
}

function capacity(size: number, width: number, heightMax: number): number {
  return columnsOf(size, width) * Math.floor((heightMax + gapOf(size)) / (size + gapOf(size)));
}

function cellsOf(fleets: readonly (readonly NodeCell[])[], perCell: number): number {
  return fleets.reduce((sum, fleet) => sum + Math.ceil(fleet.length / perCell), 0);
}

function place(fleets: readonly (readonly NodeCell[])[], perCell: number, size: number, width: number): CellLayout {
  const gap = gapOf(size);
  const columns = columnsOf(size, width);
  const cells = fleets
    .flatMap((fleet) => fleet.flatMap((node, index) => (index % perCell === 0 ? [{ node, count: Math.min(perCell, fleet.length - index) }] : [])))
    .map((cell, index) => ({ ...cell, x: (index % columns) * (size + gap), y: Math.floor(index / columns) * (size + gap) }));
  return { size, gap, height: Math.ceil(cells.length / columns) * (size + gap) - gap, perCell, cells };
}
