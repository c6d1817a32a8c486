import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type AgentService, startAgent } from './agent.ts';
import { type ControlPlaneService, type Grant, grantSecret, startControlPlane } from './control-plane.ts';
import { startKafka } from './kafka.ts';
import { endsOfLogs } from './logs.ts';
import { freePort } from './port.ts';
import { startPostgres } from './postgres.ts';

/** A node of the stack, whose agent can be killed and started again on the same folder. */
export interface StackNode {
  readonly name: string;
  /** Address of its own gateway. */
  readonly gateway: string;
  /** Bearer token that the gateway asks for. */
  gatewayToken(): Promise<string>;
  /** Of its key, as the enrolment page must show it. */
  readonly fingerprint: string;
  /** The agent's process; another one after a start. */
  readonly pid: number;
  /** Ends the agent's process, and nothing else, as `kill -9` would. */
  kill9(): Promise<void>;
  /** Starts the agent again on what is on its disk. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A whole Selvedge on this machine, as real as a person's: production build, Postgres, Kafka, agents with Redis. */
export interface Stack {
  readonly url: string;
  readonly brokers: string[];
  /** A new one-time link that signs in an administrator. */
  signInLink(): Promise<string>;
  /** A token from the command line: for the API, or for a node to join without approval. */
  grant(grant: Exclude<Grant, { kind: 'sign-in-link' }>): Promise<string>;
  /** Starts an agent; without a token it asks to join and waits for approval. `link`: where it finds the control plane, if not directly. */
  startNode(name: string, token?: string, link?: string): Promise<StackNode>;
  readonly controlPlane: { readonly pid: number; kill9(): Promise<void>; start(): Promise<void> };
  readonly postgres: { readonly url: string; readonly pid: number };
  /** The ends of the logs of all its parts. */
  logs(): string;
}

/** Starts it in the folder, on free ports; the console must be built. What it started ends with `stopAll()`. */
export async function startStack(folder: string): Promise<Stack> {
  try {
    return await start(folder);
  } catch (cause) {
    throw new Error(`The stack did not start.\n${endsOfLogs(folder)}`, { cause });
  }
}

async function start(folder: string): Promise<Stack> {
  const [postgres, kafka, port] = await Promise.all([
    startPostgres({ folder: path.join(folder, 'postgres'), throwaway: true }),
    startKafka({ folder: path.join(folder, 'kafka') }),
    freePort(),
  ]);
  const options = { folder: path.join(folder, 'control-plane'), databaseUrl: postgres.url, port };
  let controlPlane: ControlPlaneService = await startControlPlane(options);
  return {
    url: controlPlane.url,
    brokers: [kafka.url],
    signInLink: () => grantSecret(options, { kind: 'sign-in-link' }),
    grant: (grant) => grantSecret(options, grant),
    startNode: (name, token, link = controlPlane.url) => startNode(path.join(folder, 'agents', name), name, link, token),
    postgres,
    controlPlane: {
      get pid() {
        return controlPlane.pid;
      },
      kill9: () => controlPlane.kill9(),
      async start() {
        controlPlane = await startControlPlane(options);
      },
    },
    logs: () => endsOfLogs(folder),
  };
}

async function startNode(folder: string, name: string, link: string, token: string | undefined): Promise<StackNode> {
  const gatewayPort = await freePort();
  const begin = () => startAgent({ name, link, folder, gatewayPort, ...(token === undefined ? {} : { token }) });
  let agent: AgentService = await begin();
  return {
    name,
    gateway: agent.url,
    fingerprint: agent.fingerprint ?? '',
    get pid() {
      return agent.pid;
    },
    gatewayToken: async () => (await readFile(agent.tokenFile ?? '', 'utf8')).trim(),
    async kill9() {
      process.kill(agent.pid, 'SIGKILL');
      await agent.exited;
    },
    async start() {
      agent = await begin();
    },
    stop: () => agent.stop(),
  };
}
