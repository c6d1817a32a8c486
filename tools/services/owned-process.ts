import { type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endOf } from './logs.ts';
import { type Service, ServiceError } from './service.ts';

/** A child process with a group of its own, so that a Ctrl-C in the terminal reaches us alone and we end it in order. */
export interface OwnedProcess {
  readonly pid: number;
  /** Resolves, never rejects, when the process is gone, with how it ended. */
  readonly exited: Promise<string>;
  readonly running: boolean;
  /** Sends the stop signal, waits, and after `graceMs` ends the whole group. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** The end of its log, for an error message. */
  logTail(lines?: number): string;
}

export interface OwnedProcessOptions {
  /** How messages call it: "Postgres". */
  name: string;
  command: string;
  args: string[];
  /** Where its log and the record of its process are kept. Must exist. */
  folder: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  stopSignal?: NodeJS.Signals;
  graceMs?: number;
  /** Takes its standard output line by line. Without it, the output goes to the log with the errors. */
  onLine?: (line: string) => void;
}

/** Every process of ours that runs, in the order of their start. */
const living = new Set<OwnedProcess>();

// However we end, short of being killed outright, nothing that we started outlives us.
process.on('exit', () => {
  for (const { pid } of living) killGroup(pid);
});

/** Ends all of them in order, the latest first, since later ones use earlier ones. */
export async function stopAll(): Promise<void> {
  for (const owned of [...living].reverse()) await owned.stop();
}

/** The process as a service that answers at the address. */
export function serve(url: string, child: OwnedProcess): Service {
  const { pid, exited, stop, kill9 } = child;
  return { url, pid, exited, stop, kill9 };
}

/** Starts a process and records it in its folder, so that a later start can find it if we die before we end it. */
export function startProcess(options: OwnedProcessOptions): OwnedProcess {
  const { name, folder, stopSignal = 'SIGTERM', graceMs = 15_000 } = options;
  const logFile = path.join(folder, 'log');
  // One earlier log stays, so that a restart does not take away what explains it.
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.before`);
  const log = openSync(logFile, 'w');
  const spawnOptions: SpawnOptions = {
    detached: true,
    stdio: ['ignore', options.onLine ? 'pipe' : log, log],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  };
  const child = spawn(options.command, options.args, spawnOptions);
  closeSync(log);
  let running = true;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  }).finally(() => {
    running = false;
    rmSync(recordFile(folder), { force: true });
  });
  if (child.pid === undefined) throw new ServiceError(`${name} could not be started: is ${options.command} installed and executable?`);
  const pid = child.pid;
  const owned: OwnedProcess = {
    pid,
    exited,
    get running() {
      return running;
    },
    async stop() {
      if (!running) return;
      process.kill(pid, stopSignal);
      const over = new AbortController();
      await Promise.race([exited, delay(graceMs, undefined, { signal: over.signal, ref: false }).catch(() => undefined)]);
      over.abort();
      killGroup(pid);
      await exited;
    },
    async kill9() {
      killGroup(pid);
      await exited;
    },
    logTail: (lines = 8) => endOf(logFile, lines),
  };
  living.add(owned);
  void exited.then(() => living.delete(owned));
  writeFileSync(recordFile(folder), JSON.stringify({ pid, startedAt: startTime(pid) }));
  if (options.onLine) forEachLine(child.stdout, options.onLine);

  return owned;
}

/**
 * Ends what an earlier start left behind in this folder, if it still runs. Whether the recorded id is still that process
 * is decided by the time at which it started, so that an id in use by something else is left alone.
 */
export async function endLeftover(folder: string): Promise<void> {
  const record = await readFile(recordFile(folder), 'utf8').then(parseRecord, () => undefined);
  if (record !== undefined && startTime(record.pid) === record.startedAt) {
    killGroup(record.pid);
    while (startTime(record.pid) === record.startedAt) await delay(20);
  }
  rmSync(recordFile(folder), { force: true });
}

/**
 * How long a service may take to answer. One that fails ends, and is seen to end, long before; this is for the one that hangs,
 * and leaves room for a slow disk, cold caches and cores that others use.
 */
const readyWithinMs = 180_000;

export async function makeFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Resolves when `attempt` first succeeds; rejects, with the log's cause, when the process ends before that or time runs out. */
export async function whenReady(child: OwnedProcess, name: string, attempt: () => Promise<unknown>, limitMs = readyWithinMs): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    if (!child.running) throw explain(name, await child.exited, child.logTail(40));
    try {
      await attempt();
      return;
    } catch (cause) {
      if (performance.now() > deadline) {
        await child.kill9();
        throw new ServiceError(`${name} did not answer within ${limitMs / 1000} s; the end of its log: ${child.logTail(4)}`, { cause });
      }
      await delay(50);
    }
  }
}

function explain(name: string, ending: string, log: string): ServiceError {
  if (/No space left on device|ENOSPC/i.test(log)) return new ServiceError(`${name} found the disk full: free some space and start again.`);
  if (/Address already in use|EADDRINUSE/i.test(log)) return new ServiceError(`${name} found its port in use by another program: stop that program and start again.`);
  if (/Cannot allocate memory|OutOfMemory|insufficient memory/i.test(log)) return new ServiceError(`${name} found too little memory: close something and start again.`);
  return new ServiceError(`${name} ended at once (${ending}); the end of its log: ${log.split('\n').slice(-6).join(' | ')}`);
}

function recordFile(folder: string): string {
  return path.join(folder, 'process.json');
}

function parseRecord(text: string): { pid: number; startedAt: string } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value)) return undefined;
    return typeof value.pid === 'number' && value.pid > 1 && typeof value.startedAt === 'string' ? { pid: value.pid, startedAt: value.startedAt } : undefined;
  } catch {
    return undefined;
  }
}

/** When a process started, in the kernel's own unit (clock ticks since boot), or undefined when there is none. A zombie counts as none. */
export function startTime(pid: number): string | undefined {
  try {
    // The command's name stands in parentheses and may itself hold spaces; the start time is the 20th field behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return existsSync('/proc/self/stat') ? undefined : aliveWithoutProc(pid);
  }
}

function aliveWithoutProc(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    return 'unknown';
  } catch {
    return undefined;
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone, which is what was wanted.
  }
}

function forEachLine(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}
