import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { agentEnvironment, agentFlags } from '../host/launch.ts';
import { inheritedEnvironment } from '../../tools/environment.ts';

const main = fileURLToPath(new URL('../host/main.ts', import.meta.url));
const readySchema = z.object({ ready: z.literal(true), pid: z.number(), fingerprint: z.string(), gateway: z.string(), tokenFile: z.string() });

export interface AgentOptions {
  readonly folder: string;
  /** The agent's sources unless said otherwise. */
  readonly program?: string;
  readonly link?: string;
  readonly name?: string;
  /** Enrolment token. */
  readonly token?: string;
  /** `key=value` each. */
  readonly labels?: readonly string[];
  /** Beside the test's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Between two questions for the same fact: the machine needs its cores for what the question is about. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

/** An agent in a process of its own, as on a node: to be spoken to through its gateway, and killed. */
export class AgentProcess {
  readonly log: string[] = [];
  readonly ready: z.infer<typeof readySchema>;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<number | null>;

  private constructor(child: ChildProcess, folder: string, ready: z.infer<typeof readySchema>, log: string[], ended: Promise<number | null>) {
    this.#child = child;
    this.#folder = folder;
    this.ready = ready;
    this.log = log;
    this.#ended = ended;
  }

  /** Resolves when the agent says it is ready. Rejects, with its log, when it ends first. */
  static async start({ folder, program = main, link, name = 'n1', token, labels = [], environment = {} }: AgentOptions): Promise<AgentProcess> {
    const flags = { name, folder, link, token };
    const given = Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, value]));
    const child = spawn(process.execPath, [...agentFlags, program, ...given, ...labels.flatMap((label) => ['--label', label])], { stdio: ['ignore', 'pipe', 'pipe'], env: inheritedEnvironment({ ...agentEnvironment(folder), ...environment }) });
    const log: string[] = [];
    createInterface(child.stderr).on('line', (line) => log.push(line));
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    const line = await Promise.race([new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve)), ended.then((code) => Promise.reject(new Error(`the agent ended with ${code}:\n${log.join('\n')}`)))]);
    return new AgentProcess(child, folder, readySchema.parse(JSON.parse(line)), log, ended);
  }

  /** Calls the gateway with the node's token. */
  async call(path: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
    const token = (await readFile(join(this.#folder, 'gateway-token'), 'utf8')).trim();
    const response = await fetch(this.ready.gateway + path, { ...init, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...init.headers } });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : response.headers.get('content-type')?.startsWith('application/json') === true ? JSON.parse(text) : text };
  }

  /** Asks until the node can work. */
  async untilReady(): Promise<void> {
    while ((await this.call('/readyz')).status !== 200) await pause();
  }

  /** An orderly end; its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.#ended;
  }

  async kill9(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }
}
