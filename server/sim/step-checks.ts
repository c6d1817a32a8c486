import { openingOf } from '@selvedge/edge-runtime/protocol';
import { underWay } from '../rollout/hand.ts';
import type { RolloutNode } from '../rollout/rollout-node.ts';
import type { RolloutSnapshot, RolloutStep } from '../rollout/snapshot.ts';
import { isOver } from '../rollout/work.ts';
import type { Row } from './parts.ts';
import { must, type World } from './world.ts';

/** What holds of every step, whatever was reported: `rows` are all nodes of the rollout as they stood before it. */
export function checkStep(world: World, before: Omit<RolloutSnapshot, 'nodes' | 'others'>, rows: readonly RolloutNode[], rowOf: (node: string) => Row, step: RolloutStep): void {
  const { changes, requests, state, decisions, wave } = step;
  const placeOf = new Map(rows.map((row) => [row.node, row]));
  for (const { node, state: to } of changes) {
    if (to !== 'Running') continue;
    const told = placeOf.get(node)?.told ?? null;
    const { report } = rowOf(node).state;
    must(world, told !== null && report !== null && report.observedGeneration >= told.generation && report.bundle === told.bundle && report.sync === 'Synced', 'I9', () => `${node} is shown as running ${told?.bundle} under ${told?.generation} and last reported ${JSON.stringify(report)}`);
  }
  must(world, requests.length === 0 || !['Paused', 'Suspended', 'Cancelled', 'Superseded'].includes(before.state), 'pause', () => `nodes are told while it is ${before.state}`);
  must(world, state === before.state || decisions.length > 0, 'I8', () => `it goes from ${before.state} to ${state} and no decision says why`);
  must(world, wave >= before.wave, 'waves', () => `wave ${before.wave} is followed by ${wave}`);
  must(world, !isOver(before.state) || state === before.state, 'states', () => `${before.state} is followed by ${state}`);
  const forward = requests.filter(({ bundle }) => bundle === before.bundle && state !== 'RollingBack');
  must(world, forward.length === 0 || before.signed, 'signatures', () => `${forward.length} nodes are told what too few have signed`);
  must(world, forward.length === 0 || openingOf(before.policy.windows, world.time.now).open, 'windows', () => `${forward.length} nodes are told while no window is open`);
  for (const { node } of requests) {
    const { fleet, quarantined } = rowOf(node);
    must(world, quarantined === null && fleet !== null && placeOf.get(node)?.facts.belongs === true, 'belongs', () => `${node} is told, and is in ${quarantined === null ? `fleet ${fleet}` : 'quarantine'}`);
  }
  checkGroups(world, before, placeOf, step);
}

/** No node is told beside as many of its group as may be under way, but for those that are away, who are all told in the end. One that is under way may be told again. */
function checkGroups(world: World, { policy: { maxUnavailablePer } }: Pick<RolloutSnapshot, 'policy'>, placeOf: ReadonlyMap<string, RolloutNode>, { requests, changes, state }: RolloutStep): void {
  // Who goes back is turned round wherever it stands.
  if (maxUnavailablePer === null || state === 'RollingBack') return;
  const stateAfter = new Map(changes.map(({ node, state }) => [node, state]));
  const isOut = ({ node, state }: RolloutNode): boolean => underWay.includes(stateAfter.get(node) ?? state);
  const told = new Set(requests.map(({ node }) => node));
  // By what it reports now one may be at it, or at it again, whatever its row says: it is turned round where it stands.
  const isAtIt = ({ state, told: before, facts }: RolloutNode): boolean => underWay.includes(state) || (before !== null && facts.sync !== 'Failed' && (facts.sync !== 'Synced' || facts.bundle !== before.bundle));
  const isNew = (row: RolloutNode): boolean => told.has(row.node) && row.facts.connected && !isAtIt(row);
  for (const [group, rows] of Map.groupBy(placeOf.values(), (row) => row.group)) {
    const out = rows.filter((row) => isOut(row) || isNew(row)).length;
    must(world, !rows.some(isNew) || out <= maxUnavailablePer.nodes, 'groups', () => `${out} nodes of ${group} are under way at once, and ${maxUnavailablePer.nodes} may be`);
  }
}
