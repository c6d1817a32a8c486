import { agentVersion } from '@selvedge/edge-runtime/protocol';
import type { Digest } from '@selvedge/edge-runtime/protocol';
import type { WaveCounts } from '../deployments/schema.ts';
import { everyNodeAction } from '../nodes/policy.ts';
import type { NodeDetail } from '../nodes/schema.ts';
import { nodeCauses } from '../why/node-causes.ts';
import type { Explanation } from '../why/schema.ts';
import type { SimulatedControlPlane } from './simulated-control-plane.ts';
import type { SimulatedRollout } from './simulated-rollout.ts';
import type { World } from './world.ts';

/** What the control plane would say of why a node does not run what it should: from its rows alone, by the function that pages and commands use. */
export function explain(world: World, controlPlane: SimulatedControlPlane, node: string): Explanation {
  const { rollout } = controlPlane;
  return nodeCauses({ node: detailOf(controlPlane, node), rollout: rollout === undefined ? null : rolloutOf(rollout, node), signatures: null, unmet: [], now: world.time.now });
}

function detailOf(controlPlane: SimulatedControlPlane, node: string): NodeDetail {
  const { state, quarantined, labels, fleet: fleetId, claimedBy } = controlPlane.row(node);
  const { report } = state;
  const generation = { desired: state.desiredGeneration, observed: report?.observedGeneration ?? 0 };
  const named = (id: string): { id: string; name: string } => ({ id, name: id });
  const fleet = fleetId === null ? null : named(fleetId);
  // A row's digests are what a release had.
  const bundle = state.desiredBundle as Digest | null;
  return {
    id: node, name: node, labels, fleet, health: state.health, sync: state.sync, connectedSince: state.connectedSince, lastSeenAt: state.disconnectedAt, agentVersion, generation, rates: null, buffered: 0, revokedAt: null,
    quarantine: quarantined === null ? null : { since: quarantined.at, by: quarantined.by, because: quarantined.because },
    facts: { hostname: 'h', platform: 'linux', architecture: 'x64', cores: 1, memoryBytes: 1, nodeVersion: '24' },
    fingerprint: '', publicKey: '', key: { since: 0, rotationRequestedAt: null, revokedAt: null }, formerKeys: [], gateway: null, enrolledAt: 0,
    conditions: report?.conditions ?? [],
    claimedBy: { fleets: claimedBy.map(named), multiple: claimedBy.length > 1 },
    desired: { generation: generation.desired, bundle, since: state.desiredAt, rules: [], models: [] },
    reported: report === null ? null : { generation: generation.observed, bundle: report.bundle ?? null, at: state.reportedAt ?? 0, rules: [], models: [] },
    diff: [],
    activation: report?.activation === undefined ? null : { ...report.activation, message: report.activation.message ?? null },
    hold: report?.hold ?? null,
    can: everyNodeAction({ allowed: true }),
  };
}

function rolloutOf(rollout: SimulatedRollout, node: string): Parameters<typeof nodeCauses>[0]['rollout'] {
  const counts: WaveCounts = { total: rollout.rows.length, running: 0, applying: 0, staged: 0, failed: 0, offline: 0, skipped: 0, toCome: 0 };
  const row = rollout.rows.find((candidate) => candidate.node === node);
  return {
    id: 'rollout', state: rollout.state, bundle: rollout.release.digest, wave: rollout.wave,
    waves: rollout.waves.map(({ index, startedAt, passedAt }) => ({ index, state: passedAt === null ? 'Progressing' : 'Passed', nodes: counts, startedAt, bakesUntil: null, passedAt, looks: [] })),
    inFlight: 0, inFlightMax: 1, signatures: null, policy: rollout.policy, stopped: null,
    node: row === undefined ? null : { wave: row.wave, state: row.state, message: row.message, requestedAt: row.told?.at ?? null },
  };
}
