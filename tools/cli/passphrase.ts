import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CliError, exitCodes } from './exit.ts';
import type { Io } from './io.ts';

/** How a command was told where the passphrase is. */
export interface PassphraseOptions {
  passphraseFile?: string;
}

const bytesMax = 1024;

/** Says on a command how a passphrase is given: in the environment, in a file or descriptor, or by whoever is asked at the terminal. */
export function withPassphrase(command: Command): Command {
  return command.option('--passphrase-file <file>', 'the passphrase of the key, in the first line of a file, or of /dev/fd/3 and the like; else SELVEDGE_KEY_PASSPHRASE, else the terminal is asked');
}

/** The passphrase of a key that has one. Throws where nobody can be asked. */
export async function knownPassphrase(io: Pick<Io, 'passphrase' | 'ask'>, file: string, options: PassphraseOptions): Promise<string> {
  const passphrase = (await givenPassphrase(io, options)) ?? (await io.ask?.(`Passphrase of ${file}: `));
  if (passphrase === undefined) throw new CliError(exitCodes.usage, `${file} is under a passphrase: set SELVEDGE_KEY_PASSPHRASE, or name a file with --passphrase-file.`);
  return passphrase;
}

/** A passphrase for a key that is to have one; asked for twice. Throws where nobody can be asked, for an empty one, and for two that differ. */
export async function newPassphrase(io: Pick<Io, 'passphrase' | 'ask'>, file: string, options: PassphraseOptions): Promise<string> {
  const given = await givenPassphrase(io, options);
  if (given !== undefined) return given;
  if (io.ask === undefined) throw new CliError(exitCodes.usage, 'A key is kept under a passphrase: set SELVEDGE_KEY_PASSPHRASE, name a file with --passphrase-file, or say --no-passphrase where something else protects the file.');
  const passphrase = await io.ask(`Passphrase for ${file}: `);
  if (passphrase === '') throw new CliError(exitCodes.usage, 'An empty passphrase protects nothing; say --no-passphrase where something else protects the file.');
  if ((await io.ask('Once more: ')) !== passphrase) throw new CliError(exitCodes.usage, 'The two passphrases differ.');
  return passphrase;
}

async function givenPassphrase(io: Pick<Io, 'passphrase'>, { passphraseFile }: PassphraseOptions): Promise<string | undefined> {
  if (passphraseFile === undefined) return io.passphrase;
  const text = await readFile(passphraseFile, 'utf8').catch(() => {
    throw new CliError(exitCodes.usage, `${passphraseFile} cannot be read.`);
  });
  const [line = ''] = text.split(/\r?\n/u);
  if (line === '' || Buffer.byteLength(line) > bytesMax) throw new CliError(exitCodes.usage, `The first line of ${passphraseFile} is no passphrase of up to ${bytesMax} bytes.`);
  return line;
}
