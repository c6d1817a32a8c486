import type { z } from 'zod';
import { performChange } from '../../audit/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db.ts';
import type { Deps } from '../../kernel/deps.ts';
import { DomainError, notFound } from '../../kernel/errors.ts';
import { limits } from '../../kernel/limits.ts';
import type { Capability } from '../capabilities.ts';
import { inUseReason, requireRights } from '../policy.ts';
import { lockOrganization } from '../repository.ts';
import type { createRoleInput, updateRoleInput } from '../schema.ts';
import { countCustomRoles, deleteRole, findRole, findRoleByName, holdersOf, insertRole, updateRole } from './repository.ts';
import type { FoundRole } from './repository.ts';
import { isBuiltIn, knownOf } from './role-view.ts';

/** Makes a role of the organization’s own. It cannot have what its maker has not. */
export async function createRole(deps: Deps, actor: Actor, input: z.infer<typeof createRoleInput>): Promise<{ id: string }> {
  const { organizationId } = actor;
  const id = deps.ids.next();
  const capabilities = sorted(input.capabilities);
  requireRights(actor, capabilities, 'You cannot make a role of what you may not do yourself');
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    await lockOrganization(tx, organizationId);
    if ((await countCustomRoles(tx, organizationId)) >= limits.customRolesMax) throw new DomainError('LimitReached', `An organization has at most ${limits.customRolesMax} roles of its own.`);
    await requireFreeName(tx, organizationId, input.name);
    await insertRole(tx, { id, organizationId, name: input.name, capabilities, createdBy: actor.name, createdAt: new Date(deps.clock.now()) });
    record({ action: 'role.create', object: { kind: 'role', id, name: input.name }, after: { name: input.name, capabilities } });
    publish({ topic: 'settings', subjectId: id, kind: 'roleCreated' });
  });
  return { id };
}

/** Changes the name of a role or what it may, for everybody who has it; their live pages begin anew. */
export async function changeRole(deps: Deps, actor: Actor, input: z.infer<typeof updateRoleInput>): Promise<void> {
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    const role = await findForChange(tx, actor, input.id);
    const after = { name: input.name ?? role.name, capabilities: input.capabilities === undefined ? role.capabilities : sorted(input.capabilities) };
    requireRights(actor, knownOf([...role.capabilities, ...after.capabilities]), 'You cannot change a role that may, or is to, do more than you');
    if (after.name.toLowerCase() !== role.name.toLowerCase()) await requireFreeName(tx, actor.organizationId, after.name);
    await updateRole(tx, role.id, after);
    record({ action: 'role.update', object: { kind: 'role', id: role.id, name: after.name }, before: { name: role.name, capabilities: role.capabilities }, after });
    publish({ topic: 'settings', subjectId: role.id, kind: 'roleUpdated' });
    for (const userId of new Set([...role.members, ...role.grants.map(({ member }) => member)].map((member) => member.userId))) publish({ topic: 'session', subjectId: userId, kind: 'ended' });
  });
}

/** Removes a role that nobody has and that no open invitation is to give. */
export async function removeRole(deps: Deps, actor: Actor, id: string): Promise<void> {
  const at = new Date(deps.clock.now());
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    const role = await findForChange(tx, actor, id);
    const reason = inUseReason(await holdersOf(tx, id, at));
    if (reason !== null) throw new DomainError('Conflict', reason);
    await deleteRole(tx, id);
    record({ action: 'role.remove', object: { kind: 'role', id, name: role.name }, before: { name: role.name, capabilities: role.capabilities } });
    publish({ topic: 'settings', subjectId: id, kind: 'roleRemoved' });
  });
}

async function findForChange(tx: Transaction, actor: Actor, id: string): Promise<FoundRole> {
  await lockOrganization(tx, actor.organizationId);
  const role = await findRole(tx, actor.organizationId, id);
  if (role === null) throw notFound('role', id);
  return role;
}

async function requireFreeName(tx: Transaction, organizationId: string, name: string): Promise<void> {
  const taken = isBuiltIn(name.toLowerCase()) || (await findRoleByName(tx, organizationId, name)) !== null;
  if (taken) throw new DomainError('NameTaken', `There is a role “${name}” already.`);
}

function sorted(capabilities: readonly Capability[]): Capability[] {
  return [...new Set(capabilities)].sort();
}
