import { InvalidArgumentError, Option, type Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { find, kindOf, nameOf } from './kinds.ts';
import { renderOne, type Format } from './output.ts';

const rotatedSchema = z.looseObject({ delivered: z.boolean() });
const reenrolledSchema = z.looseObject({ name: z.string(), token: z.string(), command: z.string(), expiresAt: z.number() });
const scheduleSchema = z.looseObject({ days: z.number().nullable() });

/** The keys by which nodes are known. */
export function nodeKeyCommands(program: Command, connect: () => Promise<ApiClient>, out: (text: string) => void): void {
  const keys = program.command('node-key').description('The keys by which nodes are known.');
  const format = (): Option => new Option('-o, --output <format>').choices(['table', 'json', 'yaml']).default('table');
  keys
    .command('rotate [nodes...]')
    .description('Ask nodes for another key: at once, or when they are back.')
    .option('-l, --selector <labels>', 'nodes by labels, as site=plant-3,!spare')
    .action(async (names: string[], options: { selector?: string }) => {
      if ((names.length === 0) === (options.selector === undefined)) throw new CliError(exitCodes.usage, 'Name nodes, or choose them by --selector.');
      const client = await connect();
      const kind = kindOf('node');
      const nodes = options.selector === undefined ? await Promise.all(names.map((name) => find(client, kind, name))) : (await client.list(kind.path, { label: options.selector })).map((one) => kind.schema.parse(one));
      for (const node of nodes) {
        const { delivered } = rotatedSchema.parse(await client.send('POST', `/nodes/${node.id}/key-rotation`));
        out(`${nameOf(node)} ${delivered ? 'was asked for another key' : 'is asked when it is back'}\n`);
      }
    });
  keys
    .command('re-enrol <node>')
    .description('Refuse a node’s key from now on; prints the command by which it enrols again as the same node, this once.')
    .requiredOption('--reason <text>', 'stands in the audit and on the node')
    .option('--hours <count>', 'for how long the token opens, at most 720', within(720), 24)
    .addOption(format())
    .action(async (name: string, options: { reason: string; hours: number; output: Format }) => {
      const client = await connect();
      const { id } = await find(client, kindOf('node'), name);
      const answer = reenrolledSchema.parse(await client.send('POST', `/nodes/${id}/re-enrolment`, { reason: options.reason, hours: options.hours }));
      out(options.output === 'table' ? `${answer.command}\n` : renderOne(answer, options.output));
    });
  keys
    .command('schedule')
    .description('After how many days nodes are asked for another key; with a number or `never`, change it.')
    .argument('[days]', 'from 1 to 3650, or never', (text) => (text === 'never' ? null : within(3650)(text)))
    .addOption(format())
    .action(async (days: number | null | undefined, options: { output: Format }) => {
      const client = await connect();
      const answer = days === undefined ? await client.get('/settings/node-keys') : await client.send('PUT', '/settings/node-keys', { days });
      const schedule = scheduleSchema.parse(answer);
      out(options.output === 'table' ? `${schedule.days === null ? 'never by itself' : `after ${schedule.days} days`}\n` : renderOne(schedule, options.output));
    });
}

function within(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 1 || value > most) throw new InvalidArgumentError(`It has to be a whole number from 1 to ${most}.`);
    return value;
  };
}
