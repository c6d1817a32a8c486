import type { Command } from 'commander';
import type { ApiClient } from './client.ts';
import { exitCodes } from './exit.ts';
import type { Io } from './io.ts';
import { positive } from './positive.ts';
import { findDeployment, follow, gateLines, readDeployment, rolloutActions, statusLine } from './rollouts.ts';

/** Waits until a deployment is over, and says so; `end` hears when it did not succeed. */
export function untilOver(io: Pick<Io, 'out' | 'error'>, end: (exitCode: number) => void): (client: ApiClient, id: string, seconds: number) => Promise<void> {
  return async (client, id, seconds) => {
    const over = await follow(client, id, seconds * 1000, (line) => io.out(`${line}\n`));
    if (over?.state === 'Succeeded') return;
    io.error(over === undefined ? `Not over after ${seconds} s.\n` : `It is ${over.state}: \`selvedge why deployment ${id}\` says why.\n`);
    end(exitCodes.differs);
  };
}

/** What the commands need of the program around them. */
interface Surroundings {
  connect(): Promise<ApiClient>;
  out(text: string): void;
  wait(client: ApiClient, id: string, seconds: number): Promise<void>;
}

/** How far a rollout is, and what a person does to it. */
export function rolloutCommands(program: Command, { connect, out, wait }: Surroundings): void {
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
  for (const verb of ['pause', 'resume', 'abort', 'undo', 'retry', 'allow'] as const) {
    const path = rolloutActions[verb];
    rollout.command(`${verb} <deployment>`).description(rolloutWords[verb]).option('--reason <text>', 'kept with the decision').action(async (written: string, options: { reason?: string }) => {
      const client = await connect();
      const id = await findDeployment(client, written);
      await client.send('POST', `/deployments/${id}/${path}`, options.reason === undefined ? {} : { reason: options.reason });
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
