import type { Queryable, Transaction } from '../../kernel/db.ts';

export interface NewPasskey {
  id: string;
  userId: string;
  name: string;
  credentialId: string;
  publicKey: Uint8Array<ArrayBuffer>;
  counter: number;
  transports: string[];
  createdAt: Date;
}

export async function insertPasskey(tx: Transaction, passkey: NewPasskey): Promise<void> {
  await tx.passkey.create({ data: passkey });
}

/** The passkeys of a person, the newest first. */
export function findPasskeys(db: Queryable, userId: string) {
  return db.passkey.findMany({ where: { userId }, orderBy: { createdAt: 'desc' } });
}

export function findByCredential(db: Queryable, credentialId: string) {
  return db.passkey.findUnique({ where: { credentialId } });
}

/** Removes a passkey of a person and returns its name; null when they have no such one. */
export async function deletePasskey(tx: Transaction, userId: string, id: string): Promise<string | null> {
  const found = await tx.passkey.findFirst({ where: { id, userId }, select: { name: true } });
  if (found === null) return null;
  await tx.passkey.delete({ where: { id } });
  return found.name;
}

/** Notes the use of a passkey, if its counter still is what was read; false when somebody else used it meanwhile. */
export async function noteUse(db: Queryable, id: string, counter: { from: bigint; to: number }, at: Date): Promise<boolean> {
  return (await db.passkey.updateMany({ where: { id, counter: counter.from }, data: { counter: counter.to, lastUsedAt: at } })).count === 1;
}
