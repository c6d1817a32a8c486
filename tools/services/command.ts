import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { ServiceError } from './service.ts';

export interface CommandOptions {
  /** Completes "The disk is full while …". */
  doing: string;
  /** What it reads on standard input. */
  input?: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
}

/** A program that we waited for ended badly; `output` is all that it printed. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly output: string;

  /** Without a cause: Node's own error repeats the whole command line, and that may hold a secret. */
  constructor(command: string, output: string) {
    super(`${command} failed: ${output.trim().split('\n').slice(-5).join(' | ')}`);
    this.output = output;
  }
}

const running = new Set<ChildProcess>();

/** Runs a program to its end and returns what it printed. Throws CommandFailed, or a ServiceError when the disk is full. */
export async function runCommand(command: string, args: readonly string[], { doing, input, ...options }: CommandOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { ...options, maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => {
      running.delete(child);
      const output = `${stdout}${stderr}`;
      if (error === null) resolve(stdout);
      else if (/No space left on device|ENOSPC/i.test(output)) reject(new ServiceError(`The disk is full while ${doing}: free some space and start again.`, { cause: error }));
      else reject(new CommandFailed(command, output === '' ? `it ended with ${error.signal ?? error.code ?? 'an error'}` : output));
    });
    child.stdin?.end(input);
    running.add(child);
  });
}

/** Runs a program whose output the person sees as it comes; returns its exit code. One that takes longer than the limit is ended, and fails. */
export async function runInSight(command: string, args: readonly string[], { cwd, limitMs }: { cwd: string; limitMs: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
    running.add(child);
    const limit = setTimeout(() => {
      console.error(`It has not ended within ${limitMs / 60_000} minutes, and is ended.`);
      child.kill('SIGTERM');
      // What does not heed the first signal has a moment to; then it has none.
      setTimeout(() => child.kill('SIGKILL'), 15_000).unref();
    }, limitMs);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(limit);
      running.delete(child);
      resolve(code ?? 1);
    });
  });
}

/** Ends the programs that still run, for a start that is called off half way. */
export function endCommands(): void {
  for (const child of running) child.kill('SIGTERM');
}
