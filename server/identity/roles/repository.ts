import type { Queryable, Transaction } from '../../kernel/db.ts';
import { openInvitation } from '../repository.ts';

export type FoundRole = NonNullable<Awaited<ReturnType<typeof findRole>>>;

/** A role of the organization’s own, with who has it. */
export function findRole(db: Queryable, organizationId: string, id: string) {
  return db.customRole.findFirst({ where: { organizationId, id }, include: { members: { select: { userId: true } }, grants: { select: { member: { select: { userId: true } } } } } });
}

/** By its name, in whatever case. */
export function findRoleByName(db: Queryable, organizationId: string, name: string) {
  return db.customRole.findFirst({ where: { organizationId, name: { equals: name, mode: 'insensitive' } } });
}

export function countCustomRoles(db: Queryable, organizationId: string): Promise<number> {
  return db.customRole.count({ where: { organizationId } });
}

/** How many have a role, and how many are invited to it. */
export async function holdersOf(db: Queryable, id: string, at: Date): Promise<{ members: number; invitations: number }> {
  const [members, invitations] = await Promise.all([db.member.count({ where: { OR: [{ customRoleId: id }, { grants: { some: { customRoleId: id } } }] } }), db.invitation.count({ where: { customRoleId: id, ...openInvitation(at) } })]);
  return { members, invitations };
}

export async function insertRole(tx: Transaction, role: { id: string; organizationId: string; name: string; capabilities: string[]; createdBy: string; createdAt: Date }): Promise<void> {
  await tx.customRole.create({ data: role });
}

export async function updateRole(tx: Transaction, id: string, { name, capabilities }: { name: string; capabilities: string[] }): Promise<void> {
  await tx.customRole.update({ where: { id }, data: { name, capabilities } });
}

/** Removes a role, and with it invitations to it that were used or have ended: nothing more comes of them. */
export async function deleteRole(tx: Transaction, id: string): Promise<void> {
  await tx.invitation.deleteMany({ where: { customRoleId: id } });
  await tx.customRole.delete({ where: { id } });
}
