import { Option, type Command } from 'commander';
import { listSecretsOutput } from '../../server/alerts/schema.ts';
import type { NotificationSecret } from '../../server/alerts/schema.ts';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { readGiven } from './given-file.ts';
import { ageOf, formats, render, type Column, type Format } from './output.ts';

const secretColumns = (now: number): readonly Column<NotificationSecret>[] => [{ head: 'SECRET', value: ({ name }) => name }, { head: 'CHANNELS', value: ({ usedBy }) => usedBy.join(', ') }, { head: 'SET', value: ({ setAt }) => ageOf(setAt, now) }, { head: 'BY', wide: true, value: ({ setBy }) => setBy }];

/** What the commands need of the program around them. */
interface Surroundings {
  connect(): Promise<ApiClient>;
  out(text: string): void;
  standardInput(): Promise<string>;
  now(): number;
}

/** Secrets that channels and documents name. */
export function secretCommands(notify: Command, { connect, out, standardInput, now }: Surroundings): void {
  notify
    .command('secrets')
    .description('The secrets that channels name as ${secret:NAME}, without their values.')
    .addOption(new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table'))
    .action(async (options: { output: Format }) => out(render(listSecretsOutput.parse(await (await connect()).get('/notifications/secrets')).secrets, secretColumns(now()), ({ name }) => name, options.output)));
  notify
    .command('set-secret <name> <file>')
    .description('Keep what FILE holds, or - for standard input, as the secret NAME, sealed; what is sent from then on goes by it.')
    .action(async (name: string, file: string) => {
      const secret = (await readGiven(file, standardInput)).replace(/\r?\n$/, '');
      if (secret === '') throw new CliError(exitCodes.usage, `There is nothing in ${file === '-' ? 'standard input' : file}.`);
      await (await connect()).send('PUT', `/notifications/secrets/${encodeURIComponent(name)}`, { secret });
      out(`secret ${name} is kept\n`);
    });
  notify
    .command('remove-secret <name>')
    .description('Forget a secret that no channel names.')
    .action(async (name: string) => {
      await (await connect()).send('DELETE', `/notifications/secrets/${encodeURIComponent(name)}`);
      out(`secret ${name} removed\n`);
    });
}
