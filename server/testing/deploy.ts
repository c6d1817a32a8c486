import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { callAs } from './index.ts';

/** Waves that start at once and wait for nothing. */
export const instantly = { waves: [], maxUnavailable: { unit: 'percent' as const, value: 100 }, bakeSeconds: 0 };

/** Publishes a rule, makes a fleet of the nodes that the selector names, and deploys the one to the other, as a person does. */
export async function deployRule(deps: Deps, actor: Actor, { fleet, selector, text }: { fleet: string; selector: string; text: string }): Promise<{ fleetId: string; deploymentId: string }> {
  const caller = callAs(deps, actor);
  const { version } = await caller.rules.publish({ name: fleet, text });
  const { id: fleetId } = await caller.fleets.create({ name: fleet, selector, settings: { checkpointIntervalMs: 200, telemetryIntervalMs: 250 } });
  const plan = await caller.deployments.plan({ fleet: fleetId, rules: [{ name: fleet, version }], policy: instantly });
  const { id } = await caller.deployments.create({ planHash: plan.hash, note: 'for a test' });
  return { fleetId, deploymentId: id };
}
