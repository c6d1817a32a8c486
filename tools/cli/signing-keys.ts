import { InvalidArgumentError, Option, type Command } from 'commander';
import { addHeldKeyOutput, listSigningKeysOutput, retireSigningKeyOutput, setThresholdOutput, type SigningKey } from '../../server/bundles/schema.ts';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { ageOf, formats, render, type Column, type Format } from './output.ts';

const columns = (now: number): readonly Column<SigningKey>[] => [
  { head: 'KEY', value: (key) => key.keyId },
  { head: 'HOLDER', value: (key) => key.holder ?? 'control plane' },
  { head: 'STATE', value: (key) => key.state },
  { head: 'AGE', value: (key) => ageOf(key.createdAt, now) },
  { head: 'PUBLIC KEY', wide: true, value: (key) => key.publicKey },
];

const outcomes = { done: 'It is done: nodes come to know it by themselves.', waits: 'It waits for signatures: `selvedge sign list` has it.' } as const;

/** Whose signatures nodes go by, and how many they want. */
export function signingKeyCommands(program: Command, connect: () => Promise<ApiClient>, out: (text: string) => void, now: () => number): void {
  const keys = program.command('signing-key').description('Whose signatures nodes go by, and how many they want.');
  keys.command('list').description('Keys of the control plane, and keys that people hold.').addOption(new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table')).action(async (options: { output: Format }) => {
    const { items, threshold, changeWaits } = listSigningKeysOutput.parse(await (await connect()).get('/signing-keys'));
    out(render(items, columns(now()), (key) => key.keyId, options.output));
    if (options.output === 'table' || options.output === 'wide') out(`${threshold === 1 ? 'The control plane alone signs.' : `${threshold} have to sign, the control plane counting as one.`}${changeWaits ? ' A change waits for signatures.' : ''}\n`);
  });
  keys.command('add').description('Add a key of the control plane’s own.').action(async () => {
    await (await connect()).send('POST', '/signing-keys');
    out('Added.\n');
  });
  // One public key in sixty-four begins with a dash, and is no option.
  keys.command('add-holder <name> <publicKey>').allowUnknownOption().description('Add the public half of a key that a person holds.').action(async (holder: string, publicKey: string) => {
    const { keyId, outcome } = addHeldKeyOutput.parse(await (await connect()).send('POST', '/signing-keys/holders', { holder, publicKey }));
    out(`${keyId} of ${holder}. ${outcomes[outcome]}\n`);
  });
  keys.command('retire <key>').description('End a key, by its id or by who holds it: it signs no more.').action(async (written: string) => {
    const client = await connect();
    const { items } = listSigningKeysOutput.parse(await client.get('/signing-keys'));
    const [key, other] = items.filter(({ keyId, holder, state }) => state === 'Active' && (keyId === written || holder === written));
    if (key === undefined) throw new CliError(exitCodes.notFound, `There is no active key ${written}.`);
    if (other !== undefined) throw new CliError(exitCodes.usage, `${written} holds several keys; say which by its id.`);
    out(`${outcomes[retireSigningKeyOutput.parse(await client.send('POST', `/signing-keys/${key.keyId}/retire`)).outcome]}\n`);
  });
  keys.command('threshold').argument('<count>', 'from 1 to 3', threshold).description('How many have to sign a bundle before nodes take it on, the control plane counting as one.').action(async (count: number) => {
    out(`${outcomes[setThresholdOutput.parse(await (await connect()).send('PUT', '/signing-keys/threshold', { threshold: count })).outcome]}\n`);
  });
  keys.command('withdraw').description('Take a change of the keys back that waits for signatures.').action(async () => {
    await (await connect()).send('DELETE', '/signing-keys/change');
    out('It is withdrawn.\n');
  });
}

function threshold(text: string): number {
  const value = Number(text);
  if (value !== 1 && value !== 2 && value !== 3) throw new InvalidArgumentError('It has to be 1, 2 or 3.');
  return value;
}
