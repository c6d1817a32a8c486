import type { Queryable, Transaction } from '../kernel/db.ts';

export interface StoredBundle {
  organizationId: string;
  digest: string;
  /** Canonical JSON. */
  manifest: string;
  createdAt: Date;
  createdBy: string;
}

/** A bundle is its digest: storing it again changes nothing. */
export async function insertBundle(tx: Transaction, row: StoredBundle): Promise<void> {
  await tx.bundle.createMany({ data: row, skipDuplicates: true });
}

export async function findBundle(db: Queryable, organizationId: string, digest: string): Promise<StoredBundle | null> {
  return db.bundle.findUnique({ where: { organizationId_digest: { organizationId, digest } } });
}

export interface StoredSigningKey {
  id: string;
  organizationId: string;
  publicKey: string;
  sealedKey: Uint8Array<ArrayBuffer>;
  state: 'Active' | 'Retired';
  createdAt: Date;
  retiredAt: Date | null;
}

export async function findSigningKeys(db: Queryable, organizationId: string): Promise<StoredSigningKey[]> {
  return db.signingKey.findMany({ where: { organizationId }, orderBy: { id: 'asc' } });
}

/** Makes the organization's first key; who comes second, in whichever process, finds it there. */
export async function insertFirstSigningKey(tx: Transaction, row: StoredSigningKey): Promise<boolean> {
  await tx.$queryRaw`SELECT id FROM organizations WHERE id = ${row.organizationId} FOR UPDATE`;
  if ((await tx.signingKey.count({ where: { organizationId: row.organizationId } })) > 0) return false;
  await tx.signingKey.create({ data: row });
  return true;
}

export interface NewAssignment {
  nodeId: string;
  generation: bigint;
  organizationId: string;
  fleetId: string;
  deploymentId: string | null;
  bundle: string;
  issuedAt: Date;
}

export async function insertAssignments(tx: Transaction, rows: readonly NewAssignment[]): Promise<void> {
  await tx.assignment.createMany({ data: [...rows] });
}

/** What holds for a node: its newest assignment. */
export async function findAssignment(db: Queryable, nodeId: string): Promise<NewAssignment | null> {
  return db.assignment.findFirst({ where: { nodeId }, orderBy: { generation: 'desc' } });
}
