import type { Queryable } from '../kernel/db.ts';

/** A secret in the database, and the context that its noun seals it under. */
export interface SealedSecret {
  kind: 'signingKey' | 'channel' | 'notificationSecret' | 'credential';
  id: string;
  sealed: Uint8Array<ArrayBuffer>;
  context: string;
}

export async function findOrganizations(db: Queryable): Promise<{ id: string; name: string }[]> {
  return db.organization.findMany({ select: { id: true, name: true }, orderBy: { id: 'asc' } });
}

/** Every sealed secret of an organization: each of these nouns has a limit of its own. A retired signing key has none any more. */
export async function findSealed(db: Queryable, organizationId: string): Promise<SealedSecret[]> {
  const [keys, channels, secrets, repositories] = await Promise.all([
    db.signingKey.findMany({ where: { organizationId, holder: null, retiredAt: null }, select: { id: true, sealedKey: true } }),
    db.notificationChannel.findMany({ where: { organizationId }, select: { id: true, sealed: true } }),
    db.notificationSecret.findMany({ where: { organizationId }, select: { id: true, sealed: true } }),
    db.gitRepository.findMany({ where: { organizationId, sealed: { not: null } }, select: { id: true, sealed: true } }),
  ]);
  return [
    ...keys.filter(({ sealedKey }) => sealedKey.length > 0).map(({ id, sealedKey }): SealedSecret => ({ kind: 'signingKey', id, sealed: sealedKey, context: `signing-key:${id}` })),
    ...channels.map(({ id, sealed }): SealedSecret => ({ kind: 'channel', id, sealed, context: `notification-channel:${id}` })),
    ...secrets.map(({ id, sealed }): SealedSecret => ({ kind: 'notificationSecret', id, sealed, context: `notification-secret:${id}` })),
    ...repositories.flatMap(({ id, sealed }): SealedSecret[] => (sealed === null ? [] : [{ kind: 'credential', id, sealed, context: `repository-credential:${id}` }])),
  ];
}

/** Puts other bytes in place of those that were read; false where they were changed meanwhile. */
export async function replaceSealed(db: Queryable, { kind, id, sealed: before }: SealedSecret, after: Uint8Array<ArrayBuffer>): Promise<boolean> {
  switch (kind) {
    case 'signingKey':
      return (await db.signingKey.updateMany({ where: { id, sealedKey: before }, data: { sealedKey: after } })).count > 0;
    case 'channel':
      return (await db.notificationChannel.updateMany({ where: { id, sealed: before }, data: { sealed: after } })).count > 0;
    case 'notificationSecret':
      return (await db.notificationSecret.updateMany({ where: { id, sealed: before }, data: { sealed: after } })).count > 0;
    case 'credential':
      return (await db.gitRepository.updateMany({ where: { id, sealed: before }, data: { sealed: after } })).count > 0;
  }
}

/** What the library that checks codes sealed of one person, in a form of its own. */
export interface SealedSecondFactor {
  id: string;
  secret: string;
  backupCodes: string;
}

/** Second factors of the members of an organization; those of people who are in none where it is null. */
export async function findSecondFactors(db: Queryable, organizationId: string | null): Promise<SealedSecondFactor[]> {
  return db.twoFactor.findMany({ where: { user: { members: organizationId === null ? { none: {} } : { some: { organizationId } } } }, select: { id: true, secret: true, backupCodes: true } });
}

/** Puts others in place of those that were read; false where they were changed meanwhile. */
export async function replaceSecondFactor(db: Queryable, { id, ...before }: SealedSecondFactor, after: Omit<SealedSecondFactor, 'id'>): Promise<boolean> {
  return (await db.twoFactor.updateMany({ where: { id, ...before }, data: after })).count > 0;
}
