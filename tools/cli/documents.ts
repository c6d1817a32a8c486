import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { CliError, exitCodes } from './exit.ts';

const documentsMax = 1000;
const name = z.string().min(1).max(256);
const settings = z.record(z.string(), z.unknown());

const ruleDocument = z.strictObject({
  kind: z.literal('Rule'),
  name,
  /** The text itself, or the file that holds it, relative to the document's. */
  text: z.string().optional(),
  file: z.string().optional(),
  note: z.string().max(1000).optional(),
});
const fleetDocument = z.strictObject({ kind: z.literal('Fleet'), name, selector: z.string(), settings: settings.optional() });
const deploymentDocument = z.strictObject({
  kind: z.literal('Deployment'),
  fleet: name,
  /** `name` for the latest version, `name@7` for an exact one. */
  rules: z.array(z.string().min(1)).max(1000),
  settings: settings.optional(),
  policy: z.record(z.string(), z.unknown()).optional(),
  note: z.string().max(1000).optional(),
});
const documentSchema = z.discriminatedUnion('kind', [ruleDocument, fleetDocument, deploymentDocument]);

export type RuleDocument = { kind: 'Rule'; name: string; text: string; note: string };
export type FleetDocument = z.infer<typeof fleetDocument>;
export type DeploymentDocument = z.infer<typeof deploymentDocument>;
export type Document = RuleDocument | FleetDocument | DeploymentDocument;

/** In the order in which they can be applied: a deployment needs its rules and its fleet. */
const order: readonly Document['kind'][] = ['Rule', 'Fleet', 'Deployment'];

/** Every document of a file, or of the YAML files of a folder and those below it; `-` reads standard input. */
export async function readDocuments(given: readonly string[], standardInput: () => Promise<string>): Promise<Document[]> {
  const files = (await Promise.all(given.map(filesOf))).flat();
  const documents: Document[] = [];
  for (const file of files) {
    const text = file === '-' ? await standardInput() : await readFile(file, 'utf8').catch(() => unreadable(file));
    for (const [index, value] of parseYaml(file, text).entries()) documents.push(await documentOf(value, file, index));
    if (documents.length > documentsMax) throw new CliError(exitCodes.usage, `More than ${documentsMax} documents were given.`);
  }
  if (documents.length === 0) throw new CliError(exitCodes.usage, `There is no document in ${given.join(', ')}.`);
  return documents.sort((left, right) => order.indexOf(left.kind) - order.indexOf(right.kind));
}

async function filesOf(given: string): Promise<string[]> {
  if (given === '-') return ['-'];
  const found = await stat(given).catch(() => unreadable(given));
  if (!found.isDirectory()) return [given];
  const names = await readdir(given, { recursive: true });
  return names.filter((one) => /\.ya?ml$/.test(one)).sort().map((one) => path.join(given, one));
}

function unreadable(file: string): never {
  throw new CliError(exitCodes.usage, `${file} cannot be read.`);
}

function parseYaml(file: string, text: string): unknown[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new CliError(exitCodes.usage, `${file}: ${error.message}`);
    const value: unknown = document.toJS({ maxAliasCount: 50 });
    return value === null ? [] : [value];
  });
}

async function documentOf(value: unknown, file: string, index: number): Promise<Document> {
  const result = documentSchema.safeParse(value);
  if (!result.success) throw new CliError(exitCodes.usage, `${file}, document ${index + 1}: ${z.prettifyError(result.error)}`);
  const document = result.data;
  if (document.kind !== 'Rule') return document;
  const { text, file: from, name: rule, note } = document;
  if ((text === undefined) === (from === undefined)) throw new CliError(exitCodes.usage, `${file}, document ${index + 1}: rule ${rule} has to have either 'text' or 'file'.`);
  const source = from === undefined ? undefined : path.join(file === '-' ? '.' : path.dirname(file), from);
  return { kind: 'Rule', name: rule, note: note ?? '', text: text ?? (await readFile(source ?? '', 'utf8').catch(() => unreadable(source ?? ''))) };
}
