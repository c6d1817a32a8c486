import type { FleetItem } from '../../server/fleets/schema.ts';
import { count } from '../_format/number.ts';
import { Proportions } from '../_ui/progress.tsx';

/** How a fleet's nodes stand, as one bar and in words. */
export function FleetCounts({ nodes, name }: { nodes: FleetItem['nodes']; name: string }) {
  return (
    <Proportions
      label={`Nodes of ${name}`}
      height="sm"
      parts={[
        { tone: 'positive', count: nodes.synced, word: 'synced' },
        { tone: 'info', count: nodes.applying, word: 'applying' },
        { tone: 'notice', count: nodes.outOfSync, word: 'out of sync' },
        { tone: 'critical', count: nodes.failed + nodes.offline, word: 'failed or offline' },
      ]}
    />
  );
}

/** "3 out of sync, 1 offline"; nothing when all is well. */
export function fleetTrouble(nodes: FleetItem['nodes']): string {
  return [
    nodes.applying > 0 ? `${count(nodes.applying)} applying` : '',
    nodes.outOfSync > 0 ? `${count(nodes.outOfSync)} out of sync` : '',
    nodes.failed > 0 ? `${count(nodes.failed)} failed` : '',
    nodes.offline > 0 ? `${count(nodes.offline)} offline` : '',
  ]
    .filter(Boolean)
    .join(', ');
}
