import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fieldAt, itemsOf, textAt } from '../../examples/pump-loop/api.ts';
import { checkout } from '../environment.ts';
import { type ExampleStack, generations, until } from './example-stack.ts';
import { type Table, seconds, spreadOf } from './table.ts';

const deployments = 6;

interface RuleVersion {
  name: string;
  version: number;
}

/** How long a started deployment takes until its node has reported to run it. */
export async function measureDeployments(example: ExampleStack): Promise<Table[]> {
  await example.live();
  const text = await readFile(path.join(checkout, 'examples/pump-loop/valve-watch.siddhi'), 'utf8');
  const took: number[] = [];
  for (let count = 1; count <= deployments; count += 1) {
    const version = await publishRule(example, 'valve-watch', text.replaceAll('0.6', `0.6${count}`));
    took.push(await deployRules(example, [{ name: 'valve-watch', version }]));
  }
  const { median, max } = spreadOf(took);
  return [
    {
      title: 'Desired state to running on a node',
      about: `From the request that starts a deployment of a new rule version until the node's report that it runs can be read, while the example's events flow; ${deployments} times. The aim is 2 s.`,
      columns: ['median', 'worst'],
      rows: [[seconds(median), seconds(max)]],
    },
  ];
}

export async function publishRule({ api }: ExampleStack, name: string, text: string): Promise<number> {
  return Number(textAt(await api.call('POST', '/rules', { name, text, note: 'Benchmark' }), 'version'));
}

/** Deploys the rules to the example's fleet; returns the milliseconds until the node has reported them, after the whole rollout is over. */
export async function deployRules({ api, nodeId }: ExampleStack, rules: readonly RuleVersion[]): Promise<number> {
  const fleet = itemsOf(await api.call('GET', '/fleets')).map((item) => fieldAt(item, 'id'))[0];
  const plan = await api.call('POST', '/deployment-plans', { fleet, rules, policy: { bakeSeconds: 0 } });
  const before = await generations(api, nodeId);
  const from = performance.now();
  const deployment = textAt(await api.call('POST', '/deployments', { planHash: textAt(plan, 'hash'), note: 'Benchmark' }), 'id');
  await until('the node has reported it', async () => {
    const { desired, observed } = await generations(api, nodeId);
    return desired > before.desired && observed === desired ? true : undefined;
  });
  const took = performance.now() - from;
  await until('the rollout is over', async () => (fieldAt(await api.call('GET', `/deployments/${deployment}`), 'state') === 'Succeeded' ? true : undefined), 100);
  return took;
}
