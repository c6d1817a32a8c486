import { DocumentFaults } from '../documents/index.ts';
import { readCommit, readHead } from './commit.ts';
import { remoteOf } from './credential.ts';
import { GitProblem } from './git-problem.ts';
import { writeFound } from './repository.ts';
import type { Turn } from './turn.ts';

/** A branch that cannot be read is asked again later each time, and at least this often. */
const waitMaxMs = 3_600_000;

/** Asks the branch for its newest commit, and reads that when it is new. What is wrong is kept with the repository, and what was read before stays. */
export async function readBranch(turn: Turn): Promise<void> {
  const { deps, row, held, signal, network } = turn;
  const remote = { ...remoteOf(deps.vault, row), network };
  const at = deps.clock.now();
  try {
    const head = await readHead(remote, row.branch, signal);
    const next = { readAt: new Date(at), failures: 0, readDueAt: new Date(at + spread(row.intervalSeconds * 1000, `${row.id}${at}`)) };
    if (head === row.refusedCommit) return await writeFound(deps.db, held, next);
    if (head === row.headCommit) return await writeFound(deps.db, held, { ...next, readProblem: null, refusedCommit: null });
    const { id, documents, subject, author, at: made } = await readCommit(remote, row.branch, row.path, signal);
    if (documents instanceof DocumentFaults) return await writeFound(deps.db, held, { ...next, refusedCommit: id, readProblem: `Commit ${id.slice(0, 12)} is refused.\n${documents.message}` });
    await writeFound(deps.db, held, { ...next, headCommit: id, headSubject: subject, headAuthor: author, headAt: new Date(made), comparedAt: null, readProblem: null, refusedCommit: null, applyProblem: null, applyFailures: 0, retryAt: null }, documents);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof GitProblem)) throw error;
    const wait = Math.min(waitMaxMs, row.intervalSeconds * 1000 * 2 ** Math.min(row.failures, 6));
    await writeFound(deps.db, held, { readProblem: error.message, failures: row.failures + 1, readDueAt: new Date(at + spread(wait, `${row.id}${at}`)) });
  }
}

/** The time or up to a tenth more, so that many repositories do not ask together; by what names the moment, for chance is nobody's to keep. */
function spread(ms: number, moment: string): number {
  let sum = 0;
  for (const letter of moment) sum = (sum * 31 + letter.charCodeAt(0)) % 1000;
  return ms + (ms / 10) * (sum / 1000);
}
