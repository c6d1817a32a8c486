import type { Labels } from '@selvedge/edge-runtime/protocol';
import { isOver } from '../rollout/work.ts';
import type { Rows } from './parts.ts';
import { mainFleet, type SimulatedFleets } from './simulated-fleets.ts';
import type { SimulatedRollout } from './simulated-rollout.ts';

/* What people and time do to which nodes rollouts are about: each of these is one transaction, as it is on the database. */

/** The control plane, as who changes fleets and their nodes sees it. */
export interface Members extends Rows {
  readonly now: number;
  readonly fleets: SimulatedFleets;
  readonly rollout: SimulatedRollout | undefined;
  /** What was committed and nodes have to be told goes out. */
  relay(): void;
  /** Something was heard of the node, or of its place. */
  hear(node: string): void;
}

/** As the real one: so long a node in quarantine has to be well. */
const recoveredMs = 600_000;

/** A node has other labels, and is where they say. */
export function relabel(controlPlane: Members, node: string, labels: Labels): void {
  controlPlane.row(node).labels = labels;
  settle(controlPlane, node);
}

/** The fleet names the nodes of one site alone, or all again. */
export function select(controlPlane: Members, site: string | null): void {
  controlPlane.fleets.select(site);
  for (const node of controlPlane.rows.keys()) settle(controlPlane, node);
}

function settle(controlPlane: Members, node: string): void {
  const moved = controlPlane.fleets.settle(controlPlane.row(node), controlPlane.now);
  controlPlane.hear(node);
  if (!moved) return;
  welcomeJoiners(controlPlane);
  controlPlane.relay();
}

/** Gives nodes that came into a fleet what that runs, but who were told on its account since they came. While a rollout of it is under way, they come in its last wave. */
export function welcomeJoiners(controlPlane: Members): void {
  const { rollout, fleets } = controlPlane;
  const isMoving = rollout !== undefined && !isOver(rollout.state);
  for (const [node, { fleet, fleetSince, quarantined, assignedBy, state }] of controlPlane.rows) {
    if (fleet === null || quarantined !== null || (assignedBy === fleet && (state.desiredAt ?? 0) > fleetSince)) continue;
    const { release, policy } = fleets.of(fleet);
    if (state.desiredBundle !== release.digest && !(fleet === mainFleet && isMoving)) controlPlane.assign(node, release.digest, policy);
  }
}

export function quarantine(controlPlane: Members, node: string): void {
  controlPlane.row(node).quarantined = { by: 'a person', because: 'Its disk is suspect.', at: controlPlane.now };
  controlPlane.hear(node);
}

/** It takes its place in the rollout under way, or gets what its fleet runs. */
export function letBack(controlPlane: Members, node: string): void {
  const row = controlPlane.row(node);
  if (row.quarantined === null) return;
  Object.assign(row, { quarantined: null, failuresInARow: 0 });
  const { rollout, fleets } = controlPlane;
  if (row.fleet === null) return;
  if (row.fleet === mainFleet && rollout !== undefined && !isOver(rollout.state)) rollout.takeBack(node);
  else {
    const { release, policy } = fleets.of(row.fleet);
    if (row.state.desiredBundle !== release.digest || row.state.sync.status === 'Failed') controlPlane.assign(node, release.digest, policy);
    controlPlane.relay();
  }
  controlPlane.hear(node);
}

/** Nodes that a rollout put into quarantine and that are well since are let back by themselves. */
export function liftRecovered(controlPlane: Members): void {
  for (const [node, { quarantined, state: { sync, health } }] of controlPlane.rows) {
    if (quarantined === null || quarantined.by !== null || sync.status !== 'Synced' || health.status !== 'Healthy') continue;
    if (Math.max(sync.since, health.since, quarantined.at) <= controlPlane.now - recoveredMs) letBack(controlPlane, node);
  }
}
