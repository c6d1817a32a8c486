import { readEvidence } from '../gates/index.ts';
import type { Transaction } from '../kernel/db.ts';
import { isLookDue } from './gating.ts';
import { readCohorts } from './reads.ts';
import type { LockedRollout } from './repository.ts';
import type { RolloutSnapshot } from './snapshot.ts';

/** When gates are to look: what nodes that run the bundle did, and nodes that still run what the fleet ran before. */
export async function withEvidence(tx: Transaction, rollout: LockedRollout, snapshot: RolloutSnapshot, now: number): Promise<RolloutSnapshot> {
  const wave = snapshot.waves[snapshot.wave];
  if (!isLookDue(snapshot, now) || wave === undefined || wave.startedAt === null || wave.bakingSince === null) return snapshot;
  const cohorts = await readCohorts(tx, rollout, snapshot.previousBundle);
  const evidence = await readEvidence(tx, { organizationId: rollout.organizationId, gates: snapshot.policy.gates, startedAt: wave.startedAt, bakingSince: wave.bakingSince, now, ...cohorts });
  return { ...snapshot, evidence };
}
