import type { Deps } from '../kernel/deps.ts';
import { compareCommit, problemOf } from './compare.ts';
import type { Difference } from './compare.ts';
import type { GitNetwork } from './git-command.ts';
import { statusOf } from './policy.ts';
import { readBranch } from './read-branch.ts';
import { findOpenSync, findRepository, giveBack, storedChanges, storedDocuments, takeDue, writeFound, writeSync } from './repository.ts';
import type { RepositoryRow, SyncRow } from './repository.ts';
import { repositoryChangeSchema } from './schema.ts';
import { applyDue, dueByItself, dueByRequest } from './sync.ts';
import type { Commit } from './sync.ts';
import { keepTurn, leaseMs, publishRepository, TurnLost } from './turn.ts';
import type { Turn } from './turn.ts';

/** Works on one repository that is due; false when none is. Several processes may: each repository is in the hands of one. */
export async function workOnDue(deps: Deps, signal: AbortSignal, network: GitNetwork = {}): Promise<boolean> {
  const [lease, now] = [deps.ids.next(), deps.clock.now()];
  const until = new Date(now + leaseMs);
  const row = await takeDue(deps.db, lease, new Date(now), until);
  if (row === null) return false;
  const turn: Turn = { deps, row, held: { id: row.id, version: row.version, lease }, signal, network };
  let news = true;
  try {
    news = await work(turn);
  } catch (error) {
    if (error instanceof TurnLost || (await findRepository(deps.db, row.organizationId, row.id)) === null) deps.logger.info({ repository: row.id }, 'a repository was changed, removed or taken over while it was worked on');
    else if (!signal.aborted) throw error;
  } finally {
    const after = await findRepository(deps.db, row.organizationId, row.id);
    // An end that nobody foresaw is waited for a while, like one that was.
    const soonest = deps.clock.now() + 1000;
    await giveBack(deps.db, row.id, lease, until, new Date(after === null ? soonest : Math.max(soonest, Math.min(after.readDueAt.getTime(), retryOf(after)))));
    // Only now is nobody at it any more, which pages show as well.
    if (news && after !== null) await publishRepository(deps, row, 'looked');
  }
  return true;
}

/** When what failed is tried again by itself, if anything is. */
function retryOf({ retryAt, autoSync, selfHeal }: RepositoryRow): number {
  return retryAt === null || (!autoSync && !selfHeal) ? Number.POSITIVE_INFINITY : retryAt.getTime();
}

/** True when what pages show of it is another than before. */
async function work(turn: Turn): Promise<boolean> {
  const request = await takeRequest(turn);
  const reads = turn.row.headCommit === null || turn.row.readDueAt.getTime() <= turn.deps.clock.now();
  if (reads) await readBranch(turn);
  const read = await again(turn);
  const commit = commitOf(read.row);
  // With a branch or a commit at fault nothing is applied, not even an older one.
  const problem = read.row.readProblem ?? (commit === null ? 'Nothing was read yet.' : null);
  if (commit === null) return endWithout(read, request, problem ?? '');
  const { differences, news } = await compareAndWrite(read, commit);
  if (problem !== null) return endWithout(read, request, problem);
  const due = request === null ? dueByItself(read.row, differences) : dueByRequest(read.row, request, differences);
  if (!isTime(read, request, differences, due)) return news || reads;
  await applyDue(read, commit, differences, due, request);
  const applied = await again(read);
  await compareAndWrite(applied, commit);
  return true;
}

/** What a person asked for. One that came by itself, and that whoever held this before left unfinished, is over: what it did not do is due again. */
async function takeRequest({ deps, row }: Turn): Promise<SyncRow | null> {
  const open = await findOpenSync(deps.db, row.id);
  if (open === null || open.requestedBy !== null) return open;
  await writeSync(deps.db, open.id, { state: 'Failed', problem: 'It was not finished. What it did not do is tried again.', finishedAt: new Date(deps.clock.now()) });
  return null;
}

/** The repository as it is now, for the next step. */
async function again(turn: Turn): Promise<Turn> {
  await keepTurn(turn);
  const row = await findRepository(turn.deps.db, turn.row.organizationId, turn.row.id);
  if (row === null) throw new TurnLost(`repository ${turn.row.id} was removed`);
  return { ...turn, row };
}

function commitOf(row: RepositoryRow): Commit | null {
  const documents = storedDocuments(row);
  return documents === null || row.headCommit === null ? null : { id: row.headCommit, subject: row.headSubject, documents };
}

/** A request is done at once. By itself something is done when something is due, or a commit has to be noted as applied; not before a retry is. */
function isTime({ deps, row }: Turn, request: SyncRow | null, differences: readonly Difference[], due: readonly Difference[]): boolean {
  if (request !== null) return true;
  if (row.retryAt !== null && row.retryAt.getTime() > deps.clock.now()) return false;
  if (due.length > 0) return true;
  return row.autoSync && row.headCommit !== row.appliedCommit && differences.every(({ change }) => change.action === 'same' || change.held !== null || change.drift);
}

/** A person who asked is told why nothing was done. */
async function endWithout({ deps }: Turn, request: SyncRow | null, problem: string): Promise<boolean> {
  if (request !== null) await writeSync(deps.db, request.id, { state: 'Failed', problem, finishedAt: new Date(deps.clock.now()) });
  return true;
}

/** Compares, and keeps what was found; `news` when it is something else than before. */
async function compareAndWrite(turn: Turn, commit: Commit): Promise<{ differences: Difference[]; news: boolean }> {
  const { deps, row, held } = turn;
  const differences = await compareCommit(turn, commit.id, commit.documents);
  const changes = repositoryChangeSchema.array().parse(differences.map(({ change }) => change));
  const open = differences.filter(({ change }) => change.action !== 'same' && change.held === null);
  const blocked = differences.find(({ change }) => change.blocked !== null);
  const found = {
    pending: open.length,
    drifted: open.filter(({ change }) => change.drift).length,
    applyProblem: blocked === undefined ? (open.length === 0 ? null : row.applyProblem) : problemOf(blocked),
    comparedAt: new Date(deps.clock.now()),
  };
  const news = statusOf({ ...row, ...found }) !== statusOf(row) || JSON.stringify(changes) !== JSON.stringify(storedChanges(row));
  await writeFound(deps.db, held, found, undefined, news ? changes : undefined);
  return { differences, news };
}
