import type { Alike } from '../../server/nodes/schema.ts';
import type { HealthStatus, SyncStatus } from '../../edge-runtime/protocol/states.ts';
import type { Tone } from '../_ui/status.tsx';

/** `count` nodes of one fleet, in one cell: the worst of them is the one at `index` among those that look as it does. */
export interface Cell {
  alike: Alike;
  index: number;
  count: number;
}

export interface CellLayout {
  /** In pixels, as all of it. */
  size: number;
  gap: number;
  height: number;
  columns: number;
  /** How many nodes a cell stands for, at most. */
  perCell: number;
  cells: readonly Cell[];
}

/** One colour a node: the worse of its two axes. */
export function cellTone(node: { health: HealthStatus; sync: SyncStatus }): Tone {
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
export function layCells(alike: readonly Alike[], width: number, heightMax: number): CellLayout {
  const nodes = alike.reduce((sum, each) => sum + each.nodes, 0);
  if (width <= 0 || nodes === 0) return { size: 0, gap: 0, height: 0, columns: 1, perCell: 1, cells: [] };
  const fleets = [...Map.groupBy(alike, ({ fleet }) => fleet?.id).values()].map((fleet) => fleet.toSorted((a, b) => severity.indexOf(cellTone(a)) - severity.indexOf(cellTone(b))));
  for (let size = sizeMax; size > sizeMin; size--) {
    if (nodes <= capacity(size, width, heightMax)) return layOut(fleets, 1, size, width);
  }
  const room = capacity(sizeMin, width, heightMax);
  let perCell = 1;
  while (perCell < nodes && cellsOf(fleets, perCell) > room) perCell++;
  return layOut(fleets, perCell, sizeMin, width);
}

/** The upper left corner of a cell. */
export function cornerOf({ columns, size, gap }: CellLayout, place: number): { x: number; y: number } {
  return { x: (place % columns) * (size + gap), y: Math.floor(place / columns) * (size + gap) };
}

/** The place of the cell at a point, its gap with it; null where there is none. */
export function cellAt({ columns, size, gap, cells }: CellLayout, x: number, y: number): number | null {
  const column = Math.floor(x / (size + gap));
  const place = Math.floor(y / (size + gap)) * columns + column;
  return column >= 0 && column < columns && place >= 0 && place < cells.length ? place : null;
}

const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: null, End: null } as const;

/** Where a key leads from a cell, as the place in `cells`; undefined for a key that leads nowhere. The first key comes to the first cell. */
export function cellByKey({ cells, columns }: CellLayout, from: number | null, key: string): number | undefined {
  if (!(key in steps) || cells.length === 0) return undefined;
  if (from === null || key === 'Home') return 0;
  const step = Object.entries(steps).find(([name]) => name === key)?.[1];
  if (step === null || step === undefined) return cells.length - 1;
  const next = from + step[0] + step[1] * columns;
  return next < 0 || next >= cells.length ? from : next;
}

function columnsOf(size: number, width: number): number {
  return Math.max(1, Math.floor((width + gapOf(size)) / (size + gapOf(size))));
}

function capacity(size: number, width: number, heightMax: number): number {
  return columnsOf(size, width) * Math.floor((heightMax + gapOf(size)) / (size + gapOf(size)));
}

const nodesOf = (fleet: readonly Alike[]): number => fleet.reduce((sum, { nodes }) => sum + nodes, 0);

function cellsOf(fleets: readonly (readonly Alike[])[], perCell: number): number {
  return fleets.reduce((sum, fleet) => sum + Math.ceil(nodesOf(fleet) / perCell), 0);
}

function layOut(fleets: readonly (readonly Alike[])[], perCell: number, size: number, width: number): CellLayout {
  const [gap, columns] = [gapOf(size), columnsOf(size, width)];
  const cells = fleets.flatMap((fleet) => cellsOfFleet(fleet, perCell));
  return { size, gap, columns, height: Math.ceil(cells.length / columns) * (size + gap) - gap, perCell, cells };
}

/** A cell begins at each `perCell`th node of the fleet, whichever it looks like. */
function cellsOfFleet(fleet: readonly Alike[], perCell: number): Cell[] {
  const cells: Cell[] = [];
  const nodes = nodesOf(fleet);
  let before = 0;
  for (const alike of fleet) {
    for (let at = Math.ceil(before / perCell) * perCell; at < before + alike.nodes; at += perCell) cells.push({ alike, index: at - before, count: Math.min(perCell, nodes - at) });
    before += alike.nodes;
  }
  return cells;
}
