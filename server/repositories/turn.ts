import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import type { GitNetwork } from './git-command.ts';
import { keepLease } from './repository.ts';
import type { Held, RepositoryRow } from './repository.ts';
import { scopesWith } from './service.ts';

/** How long a repository is held at a time; whoever works on it renews that before each step. */
export const leaseMs = 300_000;

/** One repository in the hands of one process. */
export interface Turn {
  deps: Deps;
  row: RepositoryRow;
  held: Held;
  signal: AbortSignal;
  network: GitNetwork;
}

/** The repository is somebody else's now, or was changed: nothing more is done by what was read. */
export class TurnLost extends Error {
  override readonly name = 'TurnLost';
}

/** Goes on holding the repository. Throws TurnLost. */
export async function keepTurn({ deps, held, signal }: Turn): Promise<void> {
  signal.throwIfAborted();
  if (!(await keepLease(deps.db, held, new Date(deps.clock.now() + leaseMs)))) throw new TurnLost(`repository ${held.id} is not held any more`);
}

/** Tells whoever looks that something of the repository is another. */
export async function publishRepository(deps: Deps, { id, organizationId }: Pick<RepositoryRow, 'id' | 'organizationId'>, kind: 'syncing' | 'looked'): Promise<void> {
  await deps.db.$transaction((tx) => deps.outbox.append(tx, [{ organizationId, topic: 'repository', subjectId: id, kind }]));
}

/** Who acts: the repository at a commit, with what it was given and no more. Every audit entry of what it does names the commit so. */
export function actorOf({ deps, row }: Turn, commit: string): Actor {
  return { kind: 'repository', id: row.id, name: `${row.name}@${commit.slice(0, 12)}`, organizationId: row.organizationId, fleets: 'all', requestId: deps.ids.next(), scopes: scopesWith(row.scopes) };
}
