import path from 'node:path';
import { checkout, stateFolder } from '../environment.ts';
import { startAgent } from '../services/agent.ts';
import { CommandFailed, runCommand } from '../services/command.ts';
import { grantSecret } from '../services/control-plane.ts';
import { endLeftover, makeFolder, serve, startProcess } from '../services/owned-process.ts';
import { ServiceError } from '../services/service.ts';
import type { RunningControlPlane } from './platform.ts';
import { exampleNode, readJson, usualPort, writeJson } from './remembered.ts';
import type { Session } from './session.ts';

const exampleLabels = { site: 'pump-house' };
const folder = path.join(checkout, 'examples/pump-loop');
const marker = path.join(stateFolder, 'example.json');

/** The first node of a fresh installation. It joins by a token that is good for it alone; later starts know it by its key. */
export async function bringUpNode({ steps, keep, ending }: Session, { options, service }: RunningControlPlane): Promise<void> {
  const nodeFolder = path.join(stateFolder, 'agents', exampleNode);
  const joined = path.join(stateFolder, 'joined.json');
  const token = readJson(joined) === undefined ? await grantSecret(options, { kind: 'enrollment-token', label: exampleNode, labels: exampleLabels, uses: 1, minutes: 60 }) : undefined;
  const start = (gatewayPort: number) => startAgent({ name: exampleNode, link: service.url, folder: nodeFolder, gatewayPort, ...(token === undefined ? {} : { token }) });
  try {
    const gatewayPort = await usualPort('the gateway of the node', 3100);
    const agent = await steps.run('node', () => start(gatewayPort), ({ url }) => `${exampleNode}, gateway at ${url}`);
    writeJson(joined, { name: exampleNode });
    keep('The agent', agent, () => start(gatewayPort));
  } catch (error) {
    // Without redis-server there is no edge store and no node; the console is of use all the same.
    if (!(error instanceof ServiceError) || ending()) throw error;
    steps.note('node', `not started. ${error.message}`);
  }
}

/** Publishes and deploys the example over the public API, once, as its user would. */
export async function installExample({ steps }: Session, { options, service }: RunningControlPlane, brokers: readonly string[]): Promise<void> {
  if (readJson(marker) !== undefined) return steps.note('example', 'in place');
  await steps.run('example', async () => {
    const scopes = ['models:read', 'models:write', 'rules:read', 'rules:write', 'fleets:read', 'fleets:write', 'deployments:read', 'deployments:write'];
    const token = await grantSecret(options, { kind: 'api-token', name: 'Example', scopes, minutes: 30 });
    const flags = ['--url', service.url, '--token', '-', '--brokers', brokers.join(','), '--selector', selectorOf(exampleLabels)];
    await runCommand(process.execPath, [path.join(folder, 'install.ts'), ...flags], { doing: 'installing the example', cwd: checkout, input: token }).catch((cause: unknown) => {
      if (!(cause instanceof CommandFailed)) throw cause;
      throw new ServiceError(`${cause.output.trim().split('\n').at(-1)} To start without the example: npm start -- --empty`, { cause });
    });
    writeJson(marker, { node: exampleNode });
  }, () => 'published and deployed');
}

/** The simulated devices, for as long as the session runs. */
export async function startDevices({ steps, keep }: Session, brokers: readonly string[]): Promise<void> {
  const start = async () => {
    const own = await makeFolder(path.join(stateFolder, 'devices'));
    await endLeftover(own);
    const child = startProcess({ name: 'The devices', command: process.execPath, args: [path.join(folder, 'devices.ts'), '--brokers', brokers.join(',')], folder: own });
    return serve(brokers.join(','), child);
  };
  const devices = await steps.run('devices', start, () => 'ten readings a second from each pump loop');
  keep('The devices', devices, start);
}

function selectorOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}
