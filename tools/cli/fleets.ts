import { Option, type Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { find, kindOf } from './kinds.ts';
import { renderOne, type Format } from './output.ts';

const nodesSchema = z.looseObject({ total: z.number(), nodes: z.array(z.looseObject({ name: z.string() })) });
const previewSchema = z.looseObject({
  error: z.looseObject({ message: z.string(), from: z.number() }).nullable(),
  total: z.number(),
  added: nodesSchema,
  removed: nodesSchema,
  moved: z.looseObject({ total: z.number(), nodes: z.array(z.looseObject({ name: z.string(), from: z.string(), to: z.string() })) }),
  overlaps: z.array(z.looseObject({ fleet: z.looseObject({ name: z.string() }), nodes: z.number() })),
});
type Preview = z.infer<typeof previewSchema>;

/** What a selector would mean, before a fleet has it. */
export function fleetCommands(program: Command, connect: () => Promise<ApiClient>, out: (text: string) => void): void {
  const fleet = program.command('fleet').description('Fleets; `apply -f` sets them.');
  fleet
    .command('preview <selector>')
    .description('Which nodes a selector would add, remove and move, of a new fleet or of one that there is.')
    .option('--fleet <name>', 'the fleet that would have it')
    .addOption(new Option('-o, --output <format>').choices(['table', 'json', 'yaml']).default('table'))
    .action(async (selector: string, options: { fleet?: string; output: Format }) => {
      const client = await connect();
      const id = options.fleet === undefined ? undefined : (await find(client, kindOf('fleet'), options.fleet)).id;
      const preview = previewSchema.parse(await client.send('POST', '/fleets/preview', { id, selector }));
      if (preview.error !== null) throw new CliError(exitCodes.usage, `The selector is wrong at character ${preview.error.from + 1}: ${preview.error.message}.`);
      out(options.output === 'table' ? inWords(preview) : renderOne(preview, options.output));
    });
}

function inWords({ total, added, removed, moved, overlaps }: Preview): string {
  const listed = (mark: string, { total: all, nodes }: z.infer<typeof nodesSchema>): string[] => [...nodes.map(({ name }) => `${mark} ${name}`), ...(all > nodes.length ? [`${mark} and ${all - nodes.length} more`] : [])];
  return [
    `${total} nodes: +${added.total}, -${removed.total}, ${moved.total} move`,
    ...listed('+', added),
    ...listed('-', removed),
    ...moved.nodes.map(({ name, from, to }) => `~ ${name} from ${from} to ${to}`),
    ...(moved.total > moved.nodes.length ? [`~ and ${moved.total - moved.nodes.length} more`] : []),
    ...overlaps.map(({ fleet, nodes }) => `! ${nodes} ${nodes === 1 ? 'node is' : 'nodes are'} claimed by ${fleet.name} too: MultipleOwners`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
