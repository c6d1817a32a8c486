import { Option, type Command } from 'commander';
import { decisionSchema, deploymentNodeSchema, nodeRolloutStateSchema } from '../../server/deployments/schema.ts';
import type { Decision, DeploymentNode } from '../../server/deployments/schema.ts';
import type { ApiClient } from './client.ts';
import { exitCodes } from './exit.ts';
import type { Io } from './io.ts';
import { ageOf, formats, render, renderOne, type Column, type Format } from './output.ts';
import { positive } from './positive.ts';
import { findDeployment, follow, gateLines, readDeployment, readLook, rolloutActions, statusLine } from './rollouts.ts';

/** Waits until a deployment is over, and says so; `end` hears when it did not succeed. */
export function untilOver(io: Pick<Io, 'out' | 'error'>, end: (exitCode: number) => void): (client: ApiClient, id: string, seconds: number) => Promise<void> {
  return async (client, id, seconds) => {
    const over = await follow(client, id, seconds * 1000, (line) => io.out(`${line}\n`));
    if (over?.state === 'Succeeded') return;
    io.error(over === undefined ? `Not over after ${seconds} s.\n` : `It is ${over.state}: \`selvedge why deployment ${id}\` says why.\n`);
    end(exitCodes.differs);
  };
}

const nodeColumns = (now: number): readonly Column<DeploymentNode>[] => [
  { head: 'NODE', value: (node) => node.name },
  { head: 'WAVE', value: (node) => node.wave + 1 },
  { head: 'STATE', value: (node) => node.state },
  { head: 'SINCE', value: (node) => ageOf(node.since, now) },
  { head: 'GENERATION', wide: true, value: (node) => node.generation },
  { head: 'MESSAGE', value: (node) => node.message },
];

const decisionColumns = (now: number): readonly Column<Decision>[] => [
  { head: 'AGE', value: (decision) => ageOf(decision.at, now) },
  { head: 'KIND', value: (decision) => decision.kind },
  { head: 'BY', value: (decision) => decision.by },
  { head: 'MESSAGE', value: (decision) => decision.message },
];

/** What the commands need of the program around them. */
interface Surroundings {
  connect(): Promise<ApiClient>;
  out(text: string): void;
  wait(client: ApiClient, id: string, seconds: number): Promise<void>;
  now(): number;
}

/** How far a rollout is, and what a person does to it. */
export function rolloutCommands(program: Command, { connect, out, wait, now }: Surroundings): void {
  const rollout = program.command('rollout').description('Deployments by id, or the newest of a fleet by its name.');
  rollout
    .command('status <deployment>')
    .description('How far it is.')
    .option('--wait', 'until it is over; ends with 1 when it does not succeed')
    .option('--timeout <seconds>', 'wait no longer', positive, 3600)
    .action(async (written: string, options: { wait?: true; timeout: number }) => {
      const client = await connect();
      const id = await findDeployment(client, written);
      if (options.wait === true) await wait(client, id, options.timeout);
      else out(`${statusLine(await readDeployment(client, id))}\n`);
    });
  rollout.command('gates <deployment>').description('What its gates found, wave by wave.').action(async (written: string) => {
    const client = await connect();
    const lines = await gateLines(client, await findDeployment(client, written));
    out(lines.length === 0 ? 'No gate has looked at it.\n' : `${lines.join('\n')}\n`);
  });
  rollout
    .command('evidence <deployment> <wave> <look>')
    .description('What gates found in one look, as `rollout gates` counts them, and the figures by which they did; they are judged again, and `replayed` says whether it came out the same.')
    .addOption(new Option('-o, --output <format>').choices(['yaml', 'json']).default('yaml'))
    .action(async (written: string, wave: string, look: string, options: { output: Format }) => {
      const client = await connect();
      out(renderOne(await readLook(client, await findDeployment(client, written), positive(wave), positive(look)), options.output));
    });
  rollout
    .command('nodes <deployment>')
    .description('Its nodes, each with how far it is.')
    .addOption(new Option('--state <state>', 'only these').choices(nodeRolloutStateSchema.options))
    .option('--limit <count>', 'at most so many', positive, 1000)
    .addOption(new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table'))
    .action(async (written: string, options: { state?: string; limit: number; output: Format }) => {
      const client = await connect();
      const id = await findDeployment(client, written);
      const nodes = (await client.list(`/deployments/${id}/nodes`, { state: options.state }, options.limit)).map((one) => deploymentNodeSchema.parse(one));
      out(render(nodes, nodeColumns(now()), ({ name }) => name, options.output));
    });
  rollout
    .command('decisions <deployment>')
    .description('What it and people decided, newest first.')
    .option('--limit <count>', 'at most so many', positive, 100)
    .addOption(new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table'))
    .action(async (written: string, options: { limit: number; output: Format }) => {
      const client = await connect();
      const id = await findDeployment(client, written);
      const decisions = (await client.list(`/deployments/${id}/decisions`, {}, options.limit)).map((one) => decisionSchema.parse(one));
      out(render(decisions, decisionColumns(now()), ({ id: decision }) => decision, options.output));
    });
  for (const verb of ['pause', 'resume', 'abort', 'undo', 'retry', 'allow'] as const) {
    rollout.command(`${verb} <deployment>`).description(rolloutWords[verb]).option('--reason <text>', 'kept with the decision').action(async (written: string, options: { reason?: string }) => {
      const client = await connect();
      const id = await findDeployment(client, written);
      await rolloutActions[verb](client, id, options.reason === undefined ? {} : { reason: options.reason });
      out(`${statusLine(await readDeployment(client, id))}\n`);
    });
  }
}

const rolloutWords: Record<keyof typeof rolloutActions, string> = {
  pause: 'Ask no more nodes until it is resumed.',
  resume: 'Go on after a pause, or after it stopped itself.',
  abort: 'End it where it is.',
  undo: 'Take every node that was told back to what it ran.',
  retry: 'Ask only the nodes that failed again.',
  allow: 'Let what stopped itself be deployed to its fleet again.',
};
