import type { z } from 'zod';
import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { requireCapability } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { refusePlainSecrets } from '../kernel/plain-secrets.ts';
import { wholeOf } from '../kernel/reach.ts';
import { settleFleet } from './membership-service.ts';
import { fleetLimits, fleetPermissions } from './policy.ts';
import { countMembers, hasRolloutUnderWay, readFleet } from './reads.ts';
import { countFleets, deleteFleet, findFleet, findFleetByName, insertFleet, lockMembership, readSettings, updateFleetRow } from './repository.ts';
import type { createFleetInput, Fleet, removeFleetOutput, updateFleetInput } from './schema.ts';
import { formatSelector, parseSelector } from './selector.ts';
import type { Selector } from './selector.ts';

/** Makes a fleet and takes in the nodes that only its selector names. */
export async function createFleet(deps: Deps, actor: Actor, input: z.infer<typeof createFleetInput>): Promise<Fleet> {
  const selector = requireSelector(input.selector);
  refusePlainSecrets(input.settings, ['settings']);
  const fleet = { id: deps.ids.next(), organizationId: actor.organizationId };
  await performChange(deps, actor, async (change) => {
    await lockMembership(change.tx, actor.organizationId);
    if ((await countFleets(change.tx, actor.organizationId)) >= fleetLimits.fleetsMax) {
      throw new DomainError('LimitReached', `An organization has at most ${fleetLimits.fleetsMax} fleets.`);
    }
    await requireFreeName(change, actor, input.name);
    const values = { name: input.name, selector: formatSelector(selector), settings: input.settings };
    await insertFleet(change.tx, { ...fleet, ...values, at: deps.clock.now() });
    const moves = await settleFleet(deps, change, fleet, selector);
    change.record({ action: 'fleet.create', object: { kind: 'fleet', id: fleet.id, name: input.name }, after: { ...values, nodes: moves.length } });
    change.publish({ topic: 'fleet', subjectId: fleet.id, kind: 'created' });
  });
  return readFleet(deps.db, actor, fleet.id, deps.clock.now());
}

/** Changes name, selector or settings. Settings reach the nodes with the next deployment, a selector at once. */
export async function updateFleet(deps: Deps, actor: Actor, input: z.infer<typeof updateFleetInput>): Promise<Fleet> {
  refusePlainSecrets(input.settings, ['settings']);
  await performChange(deps, actor, async (change) => {
    await lockMembership(change.tx, actor.organizationId);
    const row = await findFleet(change.tx, actor, input.id);
    if (row === null) throw notFound('fleet', input.id);
    if (input.name !== undefined && input.name !== row.name) await requireFreeName(change, actor, input.name);
    const before = { name: row.name, selector: row.selector, settings: readSettings(row) };
    const selector = input.selector === undefined ? null : requireSelector(input.selector);
    if (selector !== null && formatSelector(selector) !== row.selector) requireCapability(actor, 'fleets:write', 'organization');
    const after = { name: input.name ?? before.name, selector: selector === null ? before.selector : formatSelector(selector), settings: input.settings ?? before.settings };
    const written = await updateFleetRow(change.tx, { organizationId: actor.organizationId, id: row.id, version: input.version, at: deps.clock.now() }, after);
    if (!written) {
      throw new DomainError('Conflict', `The fleet “${row.name}” was changed by somebody else since you read it. Read it again and repeat your change.`, { details: { version: row.version } });
    }
    const moves = selector === null ? [] : await settleFleet(deps, change, row, selector);
    change.record({ action: 'fleet.update', object: { kind: 'fleet', id: row.id, name: after.name }, before, after: { ...after, nodesMoved: moves.length } });
    change.publish({ topic: 'fleet', subjectId: row.id, kind: 'updated' });
  });
  return readFleet(deps.db, actor, input.id, deps.clock.now());
}

/** Removes a fleet. Its nodes go to the fleet that alone claims them then, or to none; they go on running what they run. */
export async function removeFleet(deps: Deps, actor: Actor, id: string): Promise<z.infer<typeof removeFleetOutput>> {
  return performChange(deps, actor, async (change) => {
    const row = await findFleet(change.tx, actor, id);
    if (row === null) throw notFound('fleet', id);
    const rolloutUnderWay = await hasRolloutUnderWay(change.tx, id);
    const { remove } = fleetPermissions(actor, { nodes: await countMembers(change.tx, id), bundle: row.bundle, rolloutUnderWay });
    if (!remove.allowed) throw new DomainError(rolloutUnderWay ? 'Conflict' : 'Forbidden', remove.reason ?? 'The fleet cannot be removed now.');
    const moves = await settleFleet(deps, change, row, null);
    await deleteFleet(change.tx, id);
    change.record({ action: 'fleet.remove', object: { kind: 'fleet', id, name: row.name }, before: { name: row.name, selector: row.selector, settings: readSettings(row) } });
    change.publish({ topic: 'fleet', subjectId: id, kind: 'removed' });
    return { removed: true, nodesLeft: moves.filter((move) => move.to === null).length };
  });
}

async function requireFreeName(change: Change, actor: Actor, name: string): Promise<void> {
  if ((await findFleetByName(change.tx, wholeOf(actor.organizationId), name)) !== null) throw new DomainError('NameTaken', `Another fleet is already called “${name}”.`);
}

/** The selector, or an error that says where it is wrong. */
export function requireSelector(text: string): Selector {
  const parsed = parseSelector(text);
  if (parsed.ok) return parsed.selector;
  const { message, from, to } = parsed.error;
  throw new DomainError('InvalidInput', `The selector is wrong at character ${from + 1}: ${message}.`, { details: { issues: [{ path: ['selector'], message, from, to }] } });
}
