import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Api, fieldAt, itemsOf, textAt } from '../../examples/pump-loop/api.ts';
import { checkout } from '../environment.ts';
import { runCommand } from '../services/command.ts';
import { makeFolder, startProcess } from '../services/owned-process.ts';
import { type Stack, type StackNode, startStack } from '../services/stack.ts';

const example = path.join(checkout, 'examples/pump-loop');
const limitMs = 180_000;

/** The product with its example, as `npm start` leaves it, on servers and folders of its own. */
export interface ExampleStack {
  readonly stack: Stack;
  readonly node: StackNode;
  readonly nodeId: string;
  readonly api: Api;
  /** Publishes and deploys the example's model and rule, and lets its devices send: three loops, ten readings a second each. Once; later calls change nothing. */
  live(): Promise<void>;
  /** A figure that the node's own gateway shows to Prometheus, summed over its labels; none while the path has not started. */
  metric(name: string): Promise<number | undefined>;
}

/** Starts everything but the example itself: a node that has joined and runs nothing yet. */
export async function startExampleStack(folder: string): Promise<ExampleStack> {
  const stack = await startStack(folder);
  const scopes = ['models:read', 'models:write', 'rules:read', 'rules:write', 'fleets:read', 'fleets:write', 'deployments:read', 'deployments:write', 'nodes:read', 'detections:read'];
  const token = await stack.grant({ kind: 'api-token', name: 'Benchmark', scopes, minutes: 120 });
  const api = new Api(stack.url, token);
  const enrollment = await stack.grant({ kind: 'enrollment-token', label: 'Benchmark', labels: { site: 'bench' }, uses: 1, minutes: 60 });
  const node = await stack.startNode('bench-node', enrollment);
  const nodeId = await until('the node has joined', async () => itemsOf(await api.call('GET', '/nodes')).map((item) => fieldAt(item, 'id'))[0]);
  let living: Promise<void> | undefined;
  const live = async () => {
    const flags = ['--url', stack.url, '--token', '-', '--brokers', stack.brokers.join(','), '--selector', 'site=bench'];
    await runCommand(process.execPath, [path.join(example, 'install.ts'), ...flags], { doing: 'installing the example', cwd: checkout, input: token });
    await until('the node runs the example', async () => ((await generations(api, nodeId)).observed > 0 ? true : undefined));
    const own = await makeFolder(path.join(folder, 'devices'));
    startProcess({ name: 'The devices', command: process.execPath, args: [path.join(example, 'devices.ts'), '--brokers', stack.brokers.join(',')], folder: own });
  };
  return {
    stack,
    node,
    nodeId,
    api,
    live: () => (living ??= live()),
    metric: (name) => readMetric(node, name),
  };
}

/** What a node should run and what it has reported to run. */
export async function generations(api: Api, nodeId: string): Promise<{ desired: number; observed: number }> {
  const generation: unknown = Reflect.get(Object(await api.call('GET', `/nodes/${nodeId}`)), 'generation');
  return { desired: Number(textAt(generation, 'desired')), observed: Number(textAt(generation, 'observed')) };
}

/** Asks until there is an answer; throws when there is none within three minutes. */
export async function until<T>(fact: string, ask: () => Promise<T | undefined>, everyMs = 20): Promise<T> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(everyMs);
  }
  throw new Error(`waited ${limitMs / 1000} s in vain until ${fact}`);
}

async function readMetric(node: StackNode, name: string): Promise<number | undefined> {
  const response = await fetch(`${node.gateway}/metrics`, { headers: { authorization: `Bearer ${await node.gatewayToken()}` } }).catch(() => undefined);
  if (response?.ok !== true) return undefined;
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.length === 0 ? undefined : lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
