import { writeFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { addSignatureOutput, listSigningRequestsOutput, signingRequestDetailSchema, type SigningRequest } from '../../server/bundles/schema.ts';
import type { ApiClient } from './client.ts';
import { changePassphrase, makeHeldKey, publicHalfOf, readJsonFile, signWith, type Unlock } from './held-key.ts';
import type { Io } from './io.ts';
import { formats, render, renderOne, type Column, type Format } from './output.ts';
import { knownPassphrase, newPassphrase, type PassphraseOptions, withPassphrase } from './passphrase.ts';
import { findDeployment } from './rollouts.ts';
import { saysOf, type SignedText } from './signed-text.ts';

type NewKeyOptions = PassphraseOptions & { passphrase?: boolean };

/** What travels to who signs without a network, and back. */
const textFileSchema = z.object({ digest: z.string(), payload: z.string() });
const signatureFileSchema = z.object({ digest: z.string(), signature: z.string() });

const signedBy = ({ standing }: SigningRequest): string => standing.signers.flatMap(({ holder, at }) => (at === null ? [] : [holder])).join(',');
const columns: readonly Column<SigningRequest>[] = [
  { head: 'DIGEST', value: (request) => request.digest },
  { head: 'WHAT', value: (request) => request.title },
  { head: 'MISSING', value: (request) => request.standing.missing },
  { head: 'SIGNED', value: signedBy },
  { head: 'CAN SIGN', wide: true, value: ({ standing }) => standing.signers.flatMap(({ holder, at }) => (at === null ? [holder] : [])).join(',') },
  { head: 'SAYS', wide: true, value: ({ says }) => says.join('; ') },
];

/** Signing what nodes are to run by keys that people hold: at a machine with a network, or at one without. */
export function signingCommands(program: Command, connect: () => Promise<ApiClient>, io: Pick<Io, 'out' | 'ask' | 'passphrase'>): void {
  const out = (text: string): void => io.out(text);
  const unlock = (options: PassphraseOptions): Unlock => (file) => knownPassphrase(io, file, options);
  const forNew = (file: string, options: NewKeyOptions): Promise<string> | null => (options.passphrase === false ? null : newPassphrase(io, file, options));
  const commands = program.command('sign').description('Sign what nodes are to run, and changes of the keys, by a key that you hold.');
  const answerFormat = (): Option => new Option('-o, --output <format>').choices(['table', 'json', 'yaml']).default('table');
  const read = async (client: ApiClient, what: string) => signingRequestDetailSchema.parse(await client.get(`/signing-requests/${await digestFor(client, what)}`));
  const handIn = async (client: ApiClient, digest: string, signature: string, output: Format): Promise<void> => {
    const answer = addSignatureOutput.parse(await client.send('POST', `/signing-requests/${digest}/signatures`, { signature }));
    out(output === 'table' ? `Signed by ${answer.holder}: ${answer.complete ? 'no signature is missing any more' : 'more are needed'}.\n` : renderOne(answer, output));
  };

  withPassphrase(commands.command('new-key <file>').description('Make a key to hold, under a passphrase; prints its public half, for an administrator to add. Needs no server.'))
    .option('--no-passphrase', 'keep it bare, where something else protects the file')
    .action(async (file: string, options: NewKeyOptions) => out(`${await makeHeldKey(file, await forNew(file, options))}\n`));
  withPassphrase(commands.command('public-key <file>').description('The public half of a key that you hold. Needs no server.')).action(async (file: string, options: PassphraseOptions) => out(`${await publicHalfOf(file, unlock(options))}\n`));
  withPassphrase(commands.command('passphrase <file>').description('Put a key that you hold under a passphrase, or under another one. Needs no server.'))
    .option('--new-passphrase-file <file>', 'the passphrase that it is to have, where the terminal is not to be asked')
    .option('--no-passphrase', 'take it away, where something else protects the file')
    .action(async (file: string, options: NewKeyOptions & { newPassphraseFile?: string }) => {
      // The one in the environment opens it; the one that it is to have is another.
      const renewed = { ...(io.ask !== undefined && { ask: io.ask }) };
      await changePassphrase(file, unlock(options), async () => (options.passphrase === false ? null : newPassphrase(renewed, file, options.newPassphraseFile === undefined ? {} : { passphraseFile: options.newPassphraseFile })));
      out(`${file} is ${options.passphrase === false ? 'under no passphrase' : 'under that passphrase'} from now on.\n`);
    });
  commands.command('list').description('What waits for signatures.').addOption(new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table')).action(async (options: { output: Format }) => {
    out(render(listSigningRequestsOutput.parse(await (await connect()).get('/signing-requests')).items, columns, ({ digest }) => digest, options.output));
  });
  commands.command('show <what>').description('What would be signed: by its digest, or a deployment by id or its fleet.').addOption(answerFormat()).action(async (what: string, options: { output: Format }) => {
    const text = await read(await connect(), what);
    out(options.output === 'table' ? described(text) : renderOne(text, options.output));
  });
  withPassphrase(commands.command('add <what>').description('Sign it and hand the signature in: by its digest, or a deployment by id or its fleet.'))
    .requiredOption('--key <file>', 'the key that you hold')
    .addOption(answerFormat())
    .action(async (what: string, options: PassphraseOptions & { key: string; output: Format }) => {
      const client = await connect();
      const text = await read(client, what);
      const says = described(text);
      if (options.output === 'table') out(says);
      await handIn(client, text.digest, await signWith(options.key, unlock(options), text.payload), options.output);
    });
  commands.command('fetch <what> <file>').description('Write what is to be signed into a file, to take it to a machine without a network.').action(async (what: string, file: string) => {
    const { digest, payload } = await read(await connect(), what);
    await writeFile(file, JSON.stringify({ digest, payload } satisfies z.infer<typeof textFileSchema>), { mode: 0o600 });
    out(`${digest} is in ${file}.\n`);
  });
  withPassphrase(commands.command('file <file> <signature>').description('Sign what was fetched into a file, and write the signature into another. Needs no server.'))
    .requiredOption('--key <file>', 'the key that you hold')
    .action(async (file: string, target: string, options: PassphraseOptions & { key: string }) => {
      const text = await readJsonFile(file, 'text to sign', textFileSchema);
      out(described(text));
      await writeFile(target, JSON.stringify({ digest: text.digest, signature: await signWith(options.key, unlock(options), text.payload) } satisfies z.infer<typeof signatureFileSchema>), { mode: 0o600 });
    });
  commands.command('send <signature>').description('Hand a signature in that was made at a machine without a network.').addOption(answerFormat()).action(async (file: string, options: { output: Format }) => {
    const { digest, signature } = await readJsonFile(file, 'signature', signatureFileSchema);
    await handIn(await connect(), digest, signature, options.output);
  });
}

function described(text: SignedText): string {
  return `${saysOf(text).map((line) => `${line}\n`).join('')}${text.digest}\n`;
}

async function digestFor(client: ApiClient, what: string): Promise<string> {
  if (what.startsWith('sha256:')) return what;
  const id = await findDeployment(client, what);
  return z.looseObject({ bundle: z.string() }).parse(await client.get(`/deployments/${id}`)).bundle;
}
