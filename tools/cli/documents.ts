import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { DocumentFaults, readDocuments as readFolder } from '../../server/documents/parse.ts';
import type { Document } from '../../server/documents/schema.ts';
import { CliError, exitCodes } from './exit.ts';

/** Every document of files, or of the YAML files of folders and those below them, in the order in which they are applied; `-` reads standard input. */
export async function readDocuments(given: readonly string[], standardInput: () => Promise<string>): Promise<Document[]> {
  const files = (await Promise.all(given.map(filesOf))).flat();
  try {
    const placed = await readFolder({ files, read: (file) => (file === '-' ? standardInput() : readFile(file, 'utf8').catch(() => unreadable(file))) });
    if (placed.length === 0) throw new CliError(exitCodes.usage, `There is no document in ${given.join(', ')}.`);
    return placed.map(({ document }) => document);
  } catch (error) {
    throw error instanceof DocumentFaults ? new CliError(exitCodes.usage, error.message) : error;
  }
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
