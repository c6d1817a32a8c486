import { permission } from '../identity/policy.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Permission } from '../kernel/wire.ts';
import type { RepositoryDetail, RepositoryStatus } from './schema.ts';

/** How a repository stands, of which its status follows. */
export interface RepositoryStanding {
  headCommit: string | null;
  readProblem: string | null;
  applyProblem: string | null;
  /** Since its newest commit was read. */
  comparedAt: Date | null;
  drifted: number;
  pending: number;
}

/** The first that holds counts. */
export function statusOf({ headCommit, readProblem, applyProblem, comparedAt, drifted, pending }: RepositoryStanding): RepositoryStatus {
  if (readProblem !== null || applyProblem !== null) return 'Failed';
  if (headCommit === null || comparedAt === null) return 'Unknown';
  if (drifted > 0) return 'Drifted';
  return pending > 0 ? 'OutOfSync' : 'Synced';
}

/** What may be done to a repository now. To sync is to start deployments. */
export function repositoryPermissions(actor: Actor, { syncing }: { syncing: boolean }): RepositoryDetail['can'] {
  const sync = permission(actor, 'deployments:write', 'organization');
  const change = permission(actor, 'repositories:write');
  const underWay: Permission = { allowed: false, reason: 'A sync is under way.' };
  return { sync: sync.allowed && syncing ? underWay : sync, update: change, remove: change };
}
