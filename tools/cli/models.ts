import path from 'node:path';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { inspectionSchema, modelSchema, modelSignaturesOutput, publishModelOutput, setAliasOutput, tryOutOutput } from '../../server/models/schema.ts';
import type { CallSignature, Inspection, ModelReference } from '../../server/models/schema.ts';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { formats, render, renderOne, type Column, type Format } from './output.ts';
import { positive } from './positive.ts';
import { digestOfFile, uploadFile } from './uploads.ts';

/** What the commands need of the program around them. */
interface Surroundings {
  connect(): Promise<ApiClient>;
  out(text: string): void;
  error(text: string): void;
}

interface PushOptions {
  name?: string;
  columns?: string[];
  note?: string;
  alias?: string[];
  dryRun?: true;
  output: Format;
}

const callColumns: readonly Column<ModelReference>[] = [{ head: 'REFERENCE', value: (item) => item.reference }, { head: 'CALL', value: callOf }];
const list = (text: string): string[] => text.split(',').map((part) => part.trim()).filter((part) => part !== '');
const answerFormat = (): Option => new Option('-o, --output <format>').choices(['table', 'json', 'yaml']).default('table');

/** Models: their files, what they are called by, and what they answer. `get models` lists them, `describe model` shows one. */
export function modelCommands(program: Command, { connect, out, error }: Surroundings): void {
  const model = program.command('model').description('Models: their files, aliases and answers.');
  const pushing = push(connect, out, error);
  model
    .command('push <file>')
    .description('Publish an ONNX file as the next version of a model; nothing where the newest version is this file already.')
    .option('--name <name>', 'of the model; the file’s own when left out')
    .addOption(new Option('--columns <names>', 'names of the features, when one input takes several of them').argParser(list))
    .option('--note <text>', 'kept with the version')
    .option('--alias <aliases...>', 'names that are to mean this version from now on, as champion')
    .option('--dry-run', 'say only what is in the file, and keep nothing')
    .addOption(answerFormat())
    .action(pushing);
  model.command('alias <model> <alias> <version>').description('Have a name mean a version. Nodes follow with the next deployment.').action(async (name: string, alias: string, version: string) => {
    const { previous } = await setAlias(await connect(), name, alias, positive(version));
    out(`${alias} of ${name} means version ${version}${previous === null ? '' : previous === Number(version) ? ', as before' : `, and meant ${previous}`}\n`);
  });
  model.command('remove-alias <model> <alias>').description('Take a name of a version away.').action(async (name: string, alias: string) => {
    await (await connect()).send('DELETE', `/models/${encodeURIComponent(name)}/aliases/${encodeURIComponent(alias)}`);
    out(`${name} has no alias ${alias} any more\n`);
  });
  model
    .command('try <model> <inputs...>')
    .description('What a model answers to values: as `model try pump@champion flow=1.5 on=true`; several rows as flow=1.5,1.7.')
    .addOption(answerFormat())
    .action(async (written: string, inputs: string[], options: { output: Format }) => {
      const [name = '', which = ''] = written.split('@');
      if (which === '') throw new CliError(exitCodes.usage, 'Name a version or an alias, as pump@4 or pump@champion.');
      const body = { ...(/^\d+$/.test(which) ? { version: Number(which) } : { alias: which }), inputs: Object.fromEntries(inputs.map(valuesOf)) };
      const answer = tryOutOutput.parse(await (await connect()).send('POST', `/models/${encodeURIComponent(name)}/try-out`, body));
      out(options.output === 'table' ? Object.entries(answer.outputs).map(([output, values]) => `${output}: ${values.join(', ')}\n`).join('') : renderOne(answer, options.output));
    });
  model.command('calls [text]').description('Each model that a rule may call, as it is written, with what goes in and what comes out.').addOption(new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table')).action(async (text: string | undefined, options: { output: Format }) => {
    const items = modelSignaturesOutput.parse(await (await connect()).get('/model-signatures', { query: text }));
    out(render(items, callColumns, (item) => item.reference, options.output));
  });
}

function push(connect: () => Promise<ApiClient>, out: (text: string) => void, error: (text: string) => void) {
  return async (file: string, { columns, note, alias = [], dryRun, output, ...options }: PushOptions): Promise<void> => {
    const client = await connect();
    const name = options.name ?? path.basename(file).replace(/\.onnx$/, '');
    const sha256 = await digestOfFile(file);
    const newest = dryRun === true || columns !== undefined ? null : await newestOf(client, name);
    const same = newest?.digest === `sha256:${sha256}` ? newest : null;
    const inspection = same ?? (await inspected(client, await uploadFile(client, file, sha256), columns, dryRun === true ? null : { name, note }));
    for (const warning of inspection.warnings) error(`${warning}\n`);
    if (inspection.version !== null) for (const one of alias) await setAlias(client, name, one, inspection.version);
    if (output !== 'table') return out(renderOne({ ...inspection, name, aliases: alias }, output));
    const what = inspection.version === null ? `${name} could be published` : `${name} ${same === null ? 'published as' : 'is already'} version ${inspection.version}`;
    out(`${[what, ...alias].join(', ')}: ${inspection.bytes} bytes, ${callOf(inspection.call)}\n`);
  };
}

type Pushed = Pick<Inspection, 'digest' | 'bytes' | 'call' | 'warnings'> & { version: number | null };

/** Looks at an upload and, where it is to be, publishes it. An upload of which nothing comes is taken back. */
async function inspected(client: ApiClient, upload: string, columns: string[] | undefined, publish: { name: string; note: string | undefined } | null): Promise<Pushed> {
  const as = columns === undefined ? {} : { columns };
  try {
    const inspection = inspectionSchema.parse(await client.send('POST', `/uploads/${upload}/inspection`, as));
    const published = publish === null ? null : publishModelOutput.parse(await client.send('POST', '/models', { name: publish.name, note: publish.note, upload, ...as }));
    return { ...inspection, version: published?.version ?? null };
  } finally {
    // What was published lies under its digest: the upload is needed no more, whatever came of it.
    await client.send('DELETE', `/uploads/${upload}`);
  }
}

/** The newest version of a model; null where there is no such model yet. */
async function newestOf(client: ApiClient, name: string): Promise<Pushed | null> {
  try {
    return modelSchema.extend({ can: z.unknown() }).parse(await client.get(`/models/${encodeURIComponent(name)}`)).versions[0] ?? null;
  } catch (error) {
    if (error instanceof CliError && error.exitCode === exitCodes.notFound) return null;
    throw error;
  }
}

async function setAlias(client: ApiClient, name: string, alias: string, version: number): Promise<z.infer<typeof setAliasOutput>> {
  return setAliasOutput.parse(await client.send('PUT', `/models/${encodeURIComponent(name)}/aliases/${encodeURIComponent(alias)}`, { version }));
}

function callOf({ inputs, outputs }: CallSignature): string {
  const [takes, gives] = [inputs, outputs].map((names) => names.map(({ name, type }) => `${name} ${type}`).join(', '));
  return `(${takes}) -> (${gives})`;
}

/** `flow=1.5,1.7` as the rows of one input: numbers and truth values where they read so, else text. */
function valuesOf(written: string): [string, (number | boolean | string)[]] {
  const at = written.indexOf('=');
  if (at < 1) throw new CliError(exitCodes.usage, `${written} is no input; write name=value.`);
  return [written.slice(0, at), written.slice(at + 1).split(',').map((text) => (text === 'true' || text === 'false' ? text === 'true' : text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text))];
}
