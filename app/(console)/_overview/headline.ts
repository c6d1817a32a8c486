import { count, plural } from '../../_format/number.ts';
import type { Overview } from '../../../server/overview/schema.ts';

const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/** The state of everything in one sentence, the worst first. */
export function headline(overview: Pick<Overview, 'nodes'>): string {
  const { total, byHealth, bySync } = overview.nodes;
  if (total === 0) return 'No node yet';
  const offline = byHealth.Offline;
  const unwell = offline + byHealth.Degraded;
  const failed = bySync.Failed;
  if (offline === total) return total === 1 ? 'The only node is offline' : 'Every node is offline';
  if (unwell > 1 && unwell * 2 >= total) return `${count(unwell)} of ${count(total)} nodes are ${unwell === offline ? 'offline' : 'offline or degraded'}`;
  if (unwell > 0) return `Everything runs except ${inWord(unwell)} ${unwell === 1 ? 'node' : 'nodes'}`;
  if (failed > 0) return `${capital(inWord(failed))} ${failed === 1 ? 'node' : 'nodes'} could not apply what is desired`;
  if (byHealth.NeverSeen === total) return total === 1 ? 'The node has not connected yet' : 'No node has connected yet';
  return total === 1 ? 'The node runs' : 'Everything runs';
}

/** "4 offline, 3 degraded", or that there is none. */
export function unwellNote(byHealth: Overview['nodes']['byHealth']): string {
  const parts = [byHealth.Offline > 0 ? `${count(byHealth.Offline)} offline` : '', byHealth.Degraded > 0 ? `${count(byHealth.Degraded)} degraded` : '', byHealth.NeverSeen > 0 ? `${count(byHealth.NeverSeen)} never seen` : ''].filter(Boolean);
  return parts.join(', ') || 'all of them';
}

/** "33 applying, 7 cannot", or that all agree. */
export function outOfSyncNote(bySync: Overview['nodes']['bySync']): string {
  const waiting = bySync.OutOfSync + bySync.Drifted;
  const parts = [bySync.Applying > 0 ? `${count(bySync.Applying)} applying` : '', waiting > 0 ? `${count(waiting)} out of sync` : '', bySync.Failed > 0 ? `${count(bySync.Failed)} failed` : '', bySync.Unknown > 0 ? `${count(bySync.Unknown)} unknown` : ''].filter(Boolean);
  return parts.join(', ') || 'all of them';
}

export function nodesInFleets(nodes: number, fleets: number): string {
  return `${plural(nodes, 'node')} in ${plural(fleets, 'fleet')}.`;
}

function inWord(value: number): string {
  return words[value] ?? count(value);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
