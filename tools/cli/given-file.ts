import { readFile } from 'node:fs/promises';
import { CliError, exitCodes } from './exit.ts';

/** The text of a file that was named on the command line; `-` is standard input. Throws when it cannot be read. */
export async function readGiven(file: string, standardInput: () => Promise<string>): Promise<string> {
  if (file === '-') return standardInput();
  return readFile(file, 'utf8').catch(() => {
    throw new CliError(exitCodes.usage, `${file} cannot be read.`);
  });
}
