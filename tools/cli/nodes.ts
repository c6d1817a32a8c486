import type { Command } from 'commander';
import type { ApiClient } from './client.ts';
import { find, kindOf, nameOf } from './kinds.ts';

/** What a person does to single nodes. */
export function nodeCommands(program: Command, connect: () => Promise<ApiClient>, out: (text: string) => void): void {
  const quarantine = program.command('quarantine').description('Nodes that rollouts leave out.');
  quarantine.command('put <node>').description('Take a node out of rollouts until it is let back.').requiredOption('--reason <text>', 'stands in the audit and on the node').action(async (name: string, options: { reason: string }) => {
    const client = await connect();
    const node = await find(client, kindOf('node'), name);
    await client.send('PUT', `/nodes/${node.id}/quarantine`, { reason: options.reason });
    out(`${nameOf(node)} is in quarantine: rollouts leave it out.\n`);
  });
  quarantine.command('lift <node>').description('Let a node back: it takes part in the rollout under way, or gets what its fleet runs.').option('--reason <text>', 'stands in the audit').action(async (name: string, options: { reason?: string }) => {
    const client = await connect();
    const node = await find(client, kindOf('node'), name);
    await client.send('DELETE', `/nodes/${node.id}/quarantine`, options.reason === undefined ? {} : { reason: options.reason });
    out(`${nameOf(node)} takes part in rollouts again.\n`);
  });
}
