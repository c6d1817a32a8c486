import { agentEnvironment, agentFlags, agentProgram } from '../../edge-runtime/host/launch.ts';
import { inheritedEnvironment } from '../environment.ts';
import { buildAgentProgram } from './agent-program.ts';
import { ensureDebianPackages } from './debian.ts';
import { endLeftover, makeFolder, serve } from './owned-process.ts';
import { startUntilReady, textOf } from './ready-line.ts';
import { redisProgram } from './redis.ts';
import type { Service } from './service.ts';

export interface AgentOptions {
  /** How the node calls itself when it asks to join. */
  name: string;
  /** Address of the control plane. */
  link: string;
  /** The node's own folder: key, bundles, store, log. */
  folder: string;
  /** Enrolment token; without it an operator approves the node. */
  token?: string;
  gatewayPort: number;
}

export interface AgentService extends Service {
  /** Of the node's key, as the enrolment page shows it. */
  readonly fingerprint: string | undefined;
  /** File with the bearer token that the node's own gateway asks for. */
  readonly tokenFile: string | undefined;
}

/** Starts an agent; its `url` is the node's own gateway. It is up with or without a control plane that answers. */
export async function startAgent(options: AgentOptions): Promise<AgentService> {
  await Promise.all([ensureDebianPackages([redisProgram]), buildAgentProgram()]);
  const folder = await makeFolder(options.folder);
  await endLeftover(folder);
  const flags = { name: options.name, link: options.link, folder, 'gateway-port': String(options.gatewayPort) };
  const { child, ready } = await startUntilReady({
    name: `The agent ${options.name}`,
    command: process.execPath,
    args: [...agentFlags, agentProgram, ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])],
    folder,
    cwd: folder,
    // It drains its event path first, and gives that up by itself after 25 s.
    graceMs: 28_000,
    // A command line can be read by everybody on the machine, an environment cannot.
    env: inheritedEnvironment({ NODE_ENV: 'production', ...agentEnvironment(folder), ...(options.token === undefined ? {} : { SELVEDGE_ENROLLMENT_TOKEN: options.token }) }),
  });
  const url = textOf(ready, 'gateway') ?? `http://127.0.0.1:${options.gatewayPort}`;
  return { ...serve(url, child), fingerprint: textOf(ready, 'fingerprint'), tokenFile: textOf(ready, 'tokenFile') };
}
