import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { inheritedEnvironment } from '../../../tools/environment.ts';

/** A Git repository on disk with a working copy, served over HTTP by Git itself. */
export interface GitServer {
  url: string;
  /** Where it is on the disk, for a server of another kind. */
  folder: string;
  /** Writes these files, and no others, as the next commit of main; answers its id. */
  commit(files: Record<string, string>, subject?: string): Promise<string>;
  /** The same in place of all commits so far. */
  rewrite(files: Record<string, string>, subject?: string): Promise<string>;
  /** Who may read; everybody when null. */
  credential: { username: string; password: string } | null;
  /** Where it sends whoever asks, in place of an answer. */
  redirect: string | null;
  /** Answers nothing while true. */
  away: boolean;
  /** Requests that came, to see that what has not changed is not fetched again. */
  requests: string[];
  close(): Promise<void>;
}

export async function gitServer(): Promise<GitServer> {
  const root = await mkdtemp(path.join(tmpdir(), 'selvedge-'));
  const work = path.join(root, 'work');
  const bare = path.join(root, 'plant.git');
  const git = async (...args: string[]): Promise<string> => {
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@selvedge.test', '-c', 'init.defaultBranch=main', '-c', 'commit.gpgSign=false'];
    return (await promisify(execFile)('git', [...identity, ...args], { cwd: work })).stdout.trim();
  };
  await mkdir(work, { recursive: true });
  await git('init', '--quiet', '--bare', bare);
  await git('init', '--quiet', '.');
  const write = async (files: Record<string, string>, subject: string, ...how: string[]): Promise<string> => {
    await git('rm', '-r', '--quiet', '--force', '--ignore-unmatch', '.');
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(work, name)), { recursive: true });
      await writeFile(path.join(work, name), text);
    }
    await git('add', '--all', '.');
    await git('commit', '--quiet', '--allow-empty', ...how, '-m', subject);
    await git('push', '--quiet', '--force', bare, 'HEAD:refs/heads/main');
    return git('rev-parse', 'HEAD');
  };
  const state: GitServer = {
    url: '',
    folder: bare,
    credential: null,
    redirect: null,
    away: false,
    requests: [],
    commit: (files, subject = 'A change') => write(files, subject),
    rewrite: (files, subject = 'Another history') => write(files, subject, '--amend'),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(root, { recursive: true, force: true });
    },
  };
  const server = createServer((request, response) => {
    state.requests.push(`${request.method} ${request.url}`);
    if (state.away) request.destroy();
    else if (state.redirect !== null) response.writeHead(302, { location: state.redirect }).end();
    else if (!mayRead(request, state.credential)) response.writeHead(401, { 'www-authenticate': 'Basic realm="plant"' }).end();
    else backend(root, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  state.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/plant.git`;
  return state;
}

function mayRead({ headers }: IncomingMessage, credential: GitServer['credential']): boolean {
  return credential === null || headers.authorization === `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
}

/** One request as CGI, answered by `git http-backend`. */
function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://selvedge.test');
  const child = spawn('git', ['http-backend'], {
    env: inheritedEnvironment({
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    }),
  });
  request.pipe(child.stdin);
  void child.stdout.toArray().then((parts: Buffer[]) => {
    const whole = Buffer.concat(parts);
    const headEnd = whole.indexOf('\r\n\r\n');
    const headers = Object.fromEntries(whole.subarray(0, headEnd).toString('latin1').split('\r\n').map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
    response.writeHead(Number(headers['status']?.split(' ')[0] ?? 200), headers).end(whole.subarray(headEnd + 4));
  });
}
