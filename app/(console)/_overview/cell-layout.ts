import type { HealthStatus, SyncStatus } from '../../../edge-runtime/protocol/states.ts';
import type { Tone } from '../../_ui/status.tsx';

export interface NodeCell {
  id: string;
  name: string;
  fleet: string | null;
  health: HealthStatus;
  sync: SyncStatus;
}

export interface CellLayout {
  size: number;
  gap: number;
  height: number;
  cells: readonly { node: NodeCell; x: number; y: number }[];
}

/** One colour a node: the worse of its two axes. */
export function cellTone(node: Pick<NodeCell, 'health' | 'sync'>): Tone {
  if (node.health === 'Offline' || node.sync === 'Failed') return 'critical';
  if (node.health === 'Degraded' || node.sync === 'Drifted' || node.sync === 'OutOfSync') return 'notice';
  if (node.sync === 'Applying') return 'info';
  return node.health === 'NeverSeen' || node.sync === 'Unknown' ? 'neutral' : 'positive';
}

/** The largest square cells, at most 15 pixels, with which all nodes fit in a box; below 3 pixels those that do not fit are left out. */
export function layCells(nodes: readonly NodeCell[], width: number, heightMax: number): CellLayout {
  if (width <= 0 || nodes.length === 0) return { size: 0, gap: 0, height: 0, cells: [] };
  for (let size = 15; size >= 3; size--) {
    const gap = size > 8 ? 3 : size > 4 ? 2 : 1;
    const columns = Math.max(1, Math.floor((width + gap) / (size + gap)));
    const height = Math.ceil(nodes.length / columns) * (size + gap) - gap;
    if (height > heightMax && size > 3) continue;
    const fitting = Math.floor((heightMax + gap) / (size + gap)) * columns;
    return {
      size,
      gap,
      height: Math.min(height, heightMax),
      cells: nodes.slice(0, Math.max(fitting, columns)).map((node, index) => ({ node, x: (index % columns) * (size + gap), y: Math.floor(index / columns) * (size + gap) })),
    };
  }
  return { size: 0, gap: 0, height: 0, cells: [] };
}
