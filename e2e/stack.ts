import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base } from '@playwright/test';
import { type AgentService, startAgent } from '../tools/services/agent.ts';
import { type ControlPlaneService, type Grant, grantSecret, startControlPlane } from '../tools/services/control-plane.ts';
import { startKafka } from '../tools/services/kafka.ts';
import { stopAll } from '../tools/services/owned-process.ts';
import { freePort } from '../tools/services/port.ts';
import { startPostgres } from '../tools/services/postgres.ts';

/** A node of the stack, whose agent can be killed and started again on the same folder. */
export interface StackNode {
  readonly name: string;
  /** Address of its own gateway. */
  readonly gateway: string;
  /** Bearer token that the gateway asks for. */
  gatewayToken(): Promise<string>;
  /** Of its key, as the enrolment page must show it. */
  readonly fingerprint: string;
  /** Ends the agent's process, and nothing else, as `kill -9` would. */
  kill9(): Promise<void>;
  /** Starts the agent again on what is on its disk. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Everything that a story needs, as real as on a person's machine: production build, Postgres, Kafka, agents with Redis. */
export interface Stack {
  readonly url: string;
  readonly brokers: string[];
  /** A new one-time link that signs in an administrator. */
  signInLink(): Promise<string>;
  /** A token from the command line: for the API, or for a node to join without approval. */
  grant(grant: Exclude<Grant, { kind: 'sign-in-link' }>): Promise<string>;
  /** Starts an agent; without a token it asks to join and waits for approval. */
  startNode(name: string, token?: string): Promise<StackNode>;
  readonly controlPlane: { kill9(): Promise<void>; start(): Promise<void> };
}

/** Tests of one worker share a stack; it ends with the worker. */
export const test = base.extend<object, { stack: Stack }>({
  stack: [
    // Playwright reads the names of other fixtures from the pattern, so an empty one is how to ask for none.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'selvedge-e2e-'));
      try {
        await use(await startStack(folder));
      } finally {
        await stopAll();
        await rm(folder, { recursive: true, force: true, maxRetries: 10 });
      }
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  baseURL: async ({ stack }, use) => use(stack.url),
});

export { expect } from '@playwright/test';

async function startStack(folder: string): Promise<Stack> {
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
    startNode: (name, token) => startNode(path.join(folder, 'agents', name), name, options.port, token),
    controlPlane: {
      kill9: () => controlPlane.kill9(),
      async start() {
        controlPlane = await startControlPlane(options);
      },
    },
  };
}

async function startNode(folder: string, name: string, consolePort: number, token: string | undefined): Promise<StackNode> {
  const gatewayPort = await freePort();
  const link = `http://localhost:${consolePort}`;
  const start = () => startAgent({ name, link, folder, gatewayPort, ...(token === undefined ? {} : { token }) });
  let agent: AgentService = await start();
  return {
    name,
    gateway: agent.url,
    fingerprint: agent.fingerprint ?? '',
    gatewayToken: async () => (await readFile(agent.tokenFile ?? '', 'utf8')).trim(),
    async kill9() {
      process.kill(agent.pid, 'SIGKILL');
      await agent.exited;
    },
    async start() {
      agent = await start();
    },
    stop: () => agent.stop(),
  };
}
