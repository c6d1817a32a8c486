import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DocumentFaults, readDocuments } from '../documents/index.ts';
import type { PlacedDocument } from '../documents/index.ts';
import { documentLimits } from '../documents/schema.ts';
import { end, openGit } from './git-command.ts';
import type { Git, Remote } from './git-command.ts';
import { GitProblem } from './git-problem.ts';
import { repositoryLimits } from './schema.ts';

export interface Commit {
  id: string;
  subject: string;
  author: string;
  at: number;
  documents: PlacedDocument[] | DocumentFaults;
}

const head = 'refs/heads/head';

/** The commit that a branch is at. Throws GitProblem. */
export async function readHead(remote: Remote, branch: string, signal: AbortSignal): Promise<string> {
  return inFolder(remote, signal, async (git) => {
    const said = (await git.run(['ls-remote', '--quiet', '--', remote.url, `refs/heads/${branch}`])).toString('utf8');
    const [, id] = /^([0-9a-f]{40,64})\s/.exec(said) ?? [];
    if (id === undefined) throw new GitProblem(`There is no branch ${branch}.`);
    return id;
  });
}

/** The newest commit of a branch, and the documents below a path of it; nothing older is fetched, and nothing is kept. Throws GitProblem. */
export async function readCommit(remote: Remote, branch: string, folder: string, signal: AbortSignal): Promise<Commit> {
  return inFolder(remote, signal, async (git) => {
    await git.run(['init', '--quiet', '--bare', '.']);
    await git.run(['fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--', remote.url, `+refs/heads/${branch}:${head}`]);
    const [id = '', subject = '', author = '', seconds = '0'] = (await git.run(['log', '-1', '--no-show-signature', '--format=%H%x00%s%x00%an%x00%ct', head])).toString('utf8').trimEnd().split('\0');
    return { id, subject: storable(subject), author: storable(author), at: Number(seconds) * 1000, documents: await documentsOf(git, folder) };
  });
}

/** A folder for as long as the work takes. */
async function inFolder<Result>(remote: Remote, signal: AbortSignal, work: (git: Git) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), 'selvedge-git-'));
  try {
    return await work(await openGit(remote, folder, signal));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function storable(text: string): string {
  return text.toWellFormed().slice(0, 500);
}

interface File {
  id: string;
  bytes: number;
}

async function documentsOf(git: Git, folder: string): Promise<Commit['documents']> {
  const files = await filesOf(git);
  const inside = [...files.keys()].filter((name) => /\.ya?ml$/.test(name) && (folder === '' || name.startsWith(`${folder}/`))).toSorted();
  const place = { file: folder === '' ? '.' : folder, line: 1 };
  if (inside.length === 0) return new DocumentFaults([{ ...place, message: 'there is no YAML file at this path' }]);
  if (inside.length > documentLimits.filesMax) return new DocumentFaults([{ ...place, message: `there are ${inside.length} YAML files at this path; at most ${documentLimits.filesMax} are read` }]);
  const contents = openContents(git);
  let bytesLeft: number = documentLimits.bytesMax;
  let broken: unknown = null;
  const read = async (name: string): Promise<string> => {
    const file = files.get(name);
    if (file === undefined) throw new Error(`there is no file ${name} at this commit`);
    if (file.bytes > documentLimits.fileBytesMax) throw new Error(`${name} has ${file.bytes} bytes; at most ${documentLimits.fileBytesMax} are read`);
    bytesLeft -= file.bytes;
    if (bytesLeft < 0) throw new Error(`the files have more than ${documentLimits.bytesMax} bytes together`);
    try {
      return (await contents.read(file)).toString('utf8');
    } catch (error) {
      broken = error;
      throw error;
    }
  };
  try {
    const documents = await readDocuments({ files: inside, read });
    return documents.length > 0 ? documents : new DocumentFaults([{ ...place, message: 'there is no document at this path' }]);
  } catch (error) {
    // What Git could not do is no fault of the documents: the same commit is read again.
    if (broken !== null) throw broken;
    if (error instanceof DocumentFaults) return error;
    throw error;
  } finally {
    contents.close();
  }
}

/** Every plain file of the commit by its path. Links and other repositories within are none. */
async function filesOf(git: Git): Promise<Map<string, File>> {
  const listed = (await git.run(['ls-tree', '-r', '-z', '--long', '--full-tree', head], { outputMax: repositoryLimits.listingBytesMax })).toString('utf8');
  const files = new Map<string, File>();
  for (const entry of listed.split('\0')) {
    const [, mode = '', id = '', bytes = '', name = ''] = /^(\d+) blob ([0-9a-f]+) +(\d+)\t(.*)$/s.exec(entry) ?? [];
    if (mode.startsWith('100')) files.set(name, { id, bytes: Number(bytes) });
  }
  return files;
}

/** Reads files one after the other from one process. */
function openContents(git: Git): { read(file: File): Promise<Buffer>; close(): void } {
  const child: ChildProcessWithoutNullStreams = git.open(['cat-file', '--batch']);
  const late = setTimeout(() => end(child), repositoryLimits.commandMs);
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stderr.resume();
  const pieces = child.stdout[Symbol.asyncIterator]();
  let buffered = Buffer.alloc(0);
  const take = async (bytes: number): Promise<Buffer> => {
    while (buffered.length < bytes) {
      const piece: IteratorResult<Buffer> = await pieces.next();
      if (piece.done === true) throw new GitProblem('Git ended before a file was read.');
      buffered = Buffer.concat([buffered, piece.value]);
    }
    const taken = buffered.subarray(0, bytes);
    buffered = buffered.subarray(bytes);
    return taken;
  };
  return {
    read: async ({ id, bytes }) => {
      child.stdin.write(`${id}\n`);
      await take(`${id} blob ${bytes}\n`.length);
      const content = await take(bytes);
      await take(1);
      return content;
    },
    close: () => {
      clearTimeout(late);
      end(child);
    },
  };
}
