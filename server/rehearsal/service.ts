import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import { findPlan } from '../deployments/index.ts';
import { planNodeSchema } from '../deployments/schema.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { notFound } from '../kernel/errors.ts';
import { readTwins } from './reads.ts';
import { rehearse } from './rehearse.ts';
import type { RehearsalView } from './schema.ts';

const placesSchema = z.array(planNodeSchema.pick({ node: true, name: true, wave: true, bytes: true }));

/** Rehearses a plan that was made within the hour. The same plan at the same facts gives the same rehearsal: its luck follows from its hash. */
export async function rehearsePlan(deps: Pick<Deps, 'db' | 'clock'>, actor: Actor, hash: string): Promise<RehearsalView> {
  const now = deps.clock.now();
  const saved = await findPlan(deps.db, actor, hash, now);
  if (saved === null) throw notFound('plan', hash);
  const twins = await readTwins(deps.db, actor.organizationId, placesSchema.parse(saved.nodes), now);
  const seed = createHash('sha256').update(hash).digest().readUInt32BE(0);
  return rehearse({ policy: saved.plan.policy, twins, startsAt: now, seed, breathe: () => turn() });
}
