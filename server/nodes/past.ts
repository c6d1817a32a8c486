import { fleetsAsOf, nodesAsOf, reportsAsOf, requireKept } from '../history/index.ts';
import type { Queryable } from '../kernel/db.ts';
import { DomainError } from '../kernel/errors.ts';
import { fleetsOf, inReach } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import type { NodeRow } from './repository.ts';

export type PastNode = Pick<NodeRow, 'claimedBy' | 'desiredGeneration' | 'desiredBundle' | 'desiredAt' | 'reportedBundle' | 'report' | 'reportedAt' | 'facts' | 'gateway' | 'fingerprint' | 'publicKey' | 'keySince' | 'keyRevokedAt' | 'enrolledAt'>;

/** What stood on a node at a moment, or null when it is not in reach; two descents of an index. */
export async function findNodeAt(db: Queryable, reach: Reach, id: string, at: number, now: number): Promise<PastNode | null> {
  await requireKept(db, at, now);
  const [row] = await db.$queryRawUnsafe<PastNode[]>(
    `SELECT nodes."claimedBy", nodes."desiredGeneration", nodes."desiredBundle", nodes."desiredAt", nodes."reportedBundle", said.report, said."reportedAt", said.facts, said.gateway,
       nodes.fingerprint, nodes."publicKey", nodes."keySince", nodes."keyRevokedAt", nodes."enrolledAt"
     FROM ${nodesAsOf(at)} AS nodes CROSS JOIN ${reportsAsOf(at, 'nodes')} AS said
     WHERE nodes.id = $2 AND ($3::text[] IS NULL OR nodes."fleetNow" = ANY($3))`,
    reach.organizationId,
    id,
    fleetsOf(reach),
  );
  if (row !== undefined) return row;
  const enrolled = await db.node.findFirst({ where: { ...inReach(reach), id, enrolledAt: { gt: new Date(at) } }, select: { enrolledAt: true } });
  if (enrolled === null) return null;
  throw new DomainError('NotFound', `The node did not exist then: it was enrolled at ${enrolled.enrolledAt.toISOString()}.`);
}

/** Fleets by the names that they had, in the order of these. */
export async function readFleetNamesAt(db: Queryable, organizationId: string, ids: readonly string[], at: number): Promise<{ id: string; name: string }[]> {
  return db.$queryRawUnsafe<{ id: string; name: string }[]>(`SELECT id, name FROM ${fleetsAsOf(at)} AS fleets WHERE id = ANY($2::text[]) ORDER BY name`, organizationId, [...ids]);
}
