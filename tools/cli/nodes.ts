import type { Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { find, kindOf, nameOf, type Item } from './kinds.ts';

const previewSchema = z.looseObject({ from: z.looseObject({ name: z.string() }).nullable(), to: z.looseObject({ name: z.string() }).nullable(), multiple: z.boolean(), claimedBy: z.array(z.looseObject({ name: z.string() })), joining: z.looseObject({ says: z.string() }).nullable() });

/** What a person does to single nodes. */
export function nodeCommands(program: Command, connect: () => Promise<ApiClient>, out: (text: string) => void): void {
  const nodeOf = async (name: string): Promise<{ client: ApiClient; node: Item }> => {
    const client = await connect();
    return { client, node: await find(client, kindOf('node'), name) };
  };

  const quarantine = program.command('quarantine').description('Nodes that rollouts leave out.');
  quarantine.command('put <node>').description('Take a node out of rollouts until it is let back.').requiredOption('--reason <text>', 'stands in the audit and on the node').action(async (name: string, options: { reason: string }) => {
    const { client, node } = await nodeOf(name);
    await client.send('PUT', `/nodes/${node.id}/quarantine`, { reason: options.reason });
    out(`${nameOf(node)} is in quarantine: rollouts leave it out.\n`);
  });
  quarantine.command('lift <node>').description('Let a node back: it takes part in the rollout under way, or gets what its fleet runs.').option('--reason <text>', 'stands in the audit').action(async (name: string, options: { reason?: string }) => {
    const { client, node } = await nodeOf(name);
    await client.send('DELETE', `/nodes/${node.id}/quarantine`, options.reason === undefined ? {} : { reason: options.reason });
    out(`${nameOf(node)} takes part in rollouts again.\n`);
  });

  const nodes = program.command('node').description('What may be done to one node.');
  nodes.command('rename <node> <name>').description('Give a node another name.').action(async (name: string, next: string) => {
    const { client, node } = await nodeOf(name);
    await client.send('PATCH', `/nodes/${node.id}`, { name: next });
    out(`${nameOf(node)} is ${next} from now on.\n`);
  });
  nodes.command('retry <node>').description('Have a node try again what it could not apply; it is told again what that is.').action(async (name: string) => {
    const { client, node } = await nodeOf(name);
    const { delivered } = z.looseObject({ delivered: z.boolean() }).parse(await client.send('POST', `/nodes/${node.id}/retry`));
    out(delivered ? `${nameOf(node)} was asked to try again.\n` : `${nameOf(node)} is not connected: it is told when it is, and tries then.\n`);
  });
  nodes.command('revoke <node>').description('Take a node’s key back: it is cut off at once, and goes on with what it runs.').requiredOption('--reason <text>', 'stands in the audit and on the node').action(async (name: string, options: { reason: string }) => {
    const { client, node } = await nodeOf(name);
    await client.send('POST', `/nodes/${node.id}/revocation`, { reason: options.reason });
    out(`${nameOf(node)} is revoked.\n`);
  });

  program
    .command('label <node> <labels...>')
    .description('Set labels of a node, as site=plant-3, or take one away, as spare-; says which fleet it is in then.')
    .option('--dry-run', 'say only that')
    .action(async (name: string, written: string[], options: { dryRun?: true }) => {
      const { client, node } = await nodeOf(name);
      const labels = labelled(node.labels ?? {}, written);
      const { from, to, multiple, claimedBy, joining } = previewSchema.parse(await client.send('POST', `/nodes/${node.id}/labels/preview`, { labels }));
      if (options.dryRun !== true) await client.send('PUT', `/nodes/${node.id}/labels`, { labels });
      const where = multiple ? `${claimedBy.map((fleet) => fleet.name).join(' and ')} all claim it` : from?.name === to?.name ? `it stays in ${to?.name ?? 'no fleet'}` : `it goes from ${from?.name ?? 'no fleet'} to ${to?.name ?? 'no fleet'}`;
      out(`${nameOf(node)} ${Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(',') || 'has no labels'}: ${where}\n${joining === null ? '' : `${joining.says}\n`}`);
    });
}

/** Labels with these set and taken away. Throws for what is neither. */
export function labelled(labels: Readonly<Record<string, string>>, written: readonly string[]): Record<string, string> {
  const changed = new Map(Object.entries(labels));
  for (const text of written) {
    const at = text.indexOf('=');
    if (at > 0) changed.set(text.slice(0, at), text.slice(at + 1));
    else if (at < 0 && text.length > 1 && text.endsWith('-')) changed.delete(text.slice(0, -1));
    else throw new CliError(exitCodes.usage, `“${text}” is no label: write name=value, or name- to take it away.`);
  }
  return Object.fromEntries(changed);
}
