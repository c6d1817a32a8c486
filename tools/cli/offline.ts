import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { find, kindOf } from './kinds.ts';
import { renderOne, type Format } from './output.ts';
import { findDeployment } from './rollouts.ts';

const receiptBytesMax = 2 * 1_048_576;
const preparedSchema = z.looseObject({ name: z.string(), generation: z.number(), bytes: z.number() });
const importedSchema = z.looseObject({ name: z.string(), number: z.number(), generation: z.number(), sync: z.string(), message: z.string() });

/** What is carried where no link reaches: bundles there, receipts back. */
export function offlineCommands(program: Command, connect: () => Promise<ApiClient>, out: (text: string) => void): void {
  const bundle = program.command('bundle').description('What nodes run, and in files for those that no link reaches.');
  bundle
    .command('show <digest>')
    .description('What is in a bundle, by its digest as `describe node` and `describe deployment` say it.')
    .addOption(new Option('-o, --output <format>').choices(['yaml', 'json']).default('yaml'))
    .action(async (digest: string, options: { output: Format }) => out(renderOne(await (await connect()).get(`/bundles/${encodeURIComponent(digest)}`), options.output)));
  bundle
    .command('export')
    .description('Write what a node is to run into a file: `apply FILE` at the node takes it on.')
    .requiredOption('--node <name>', 'the node it is for')
    .option('--deployment <deployment>', 'by id, or the newest of a fleet by its name; tells the node what it brings')
    .option('--days <count>', 'for how long the node may take it on, at most 90', '14')
    .requiredOption('-o, --output <file>', 'the file')
    .action(async (options: { node: string; deployment?: string; days: string; output: string }) => {
      const client = await connect();
      const { id } = await find(client, kindOf('node'), options.node);
      const deployment = options.deployment === undefined ? undefined : await findDeployment(client, options.deployment);
      const { name, generation, bytes } = preparedSchema.parse(await client.send('POST', `/nodes/${id}/offline-bundle`, deployment === undefined ? {} : { deployment }));
      await pipeline(await client.download(`/nodes/${id}/offline-bundle?days=${encodeURIComponent(options.days)}`), createWriteStream(options.output, { mode: 0o600 }));
      out(`Generation ${generation} for ${name}, ${bytes} bytes of artefacts, is in ${options.output}.\n`);
    });
  program
    .command('receipt')
    .description('What nodes say of themselves in files.')
    .command('import <file>')
    .description('Take a receipt that was brought from a node: it counts as its report.')
    .action(async (file: string) => {
      const { name, number, generation, sync, message } = importedSchema.parse(await (await connect()).send('POST', '/receipts', await readReceipt(file)));
      out(`Receipt ${number} of ${name}: generation ${generation}, ${sync}: ${message}\n`);
    });
}

async function readReceipt(file: string): Promise<unknown> {
  const handle = await open(file).catch(() => {
    throw new CliError(exitCodes.usage, `${file} cannot be read.`);
  });
  try {
    const { size } = await handle.stat();
    if (size > receiptBytesMax) throw new CliError(exitCodes.usage, `${file} is too large to be a receipt.`);
    return z.object({ payload: z.string(), signature: z.string() }).parse(JSON.parse(await handle.readFile('utf8')));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(exitCodes.usage, `${file} is no receipt.`);
  } finally {
    await handle.close();
  }
}
