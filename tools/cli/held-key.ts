import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { z } from 'zod';
import { CliError, exitCodes } from './exit.ts';
import { isSealed, openKey, sealKey } from './sealed-key.ts';

const fileBytesMax = 8 * 1_048_576;

/** Asks for the passphrase of a file that is under one; called for no other. */
export type Unlock = (file: string) => Promise<string>;

/** Makes a key that one person keeps, readable by its owner alone, and answers its public half. `passphrase` null leaves it bare. Throws where the file is there already. */
export async function makeHeldKey(file: string, passphrase: string | null): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeNew(file, await textOf(privateKey, passphrase));
  return z.string().parse(publicKey.export({ format: 'jwk' }).x);
}

/** Puts a key under another passphrase, or under none; what stood there is gone. */
export async function changePassphrase(file: string, unlock: Unlock, renew: () => Promise<string | null>): Promise<void> {
  const key = await readHeldKey(file, unlock);
  const staged = `${file}.next`;
  await writeNew(staged, await textOf(key, await renew()));
  await rename(staged, file);
}

async function textOf(key: KeyObject, passphrase: string | null): Promise<string> {
  const pem = String(key.export({ type: 'pkcs8', format: 'pem' }));
  return passphrase === null ? pem : sealKey(pem, passphrase);
}

async function writeNew(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600).catch(() => {
    throw new CliError(exitCodes.usage, `${file} is there already, or cannot be written.`);
  });
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The signature of a text by the key in a file; base64url. Throws where others can read the file, or it holds no Ed25519 key. */
export async function signWith(file: string, unlock: Unlock, payload: string): Promise<string> {
  return sign(null, Buffer.from(payload), await readHeldKey(file, unlock)).toString('base64url');
}

/** The public half of the key in a file. */
export async function publicHalfOf(file: string, unlock: Unlock): Promise<string> {
  return z.string().parse(createPublicKey(await readHeldKey(file, unlock)).export({ format: 'jwk' }).x);
}

/** What a file of JSON holds. Throws where it cannot be read, or is not what it should be. */
export async function readJsonFile<Value>(file: string, what: string, schema: z.ZodType<Value>): Promise<Value> {
  try {
    if ((await stat(file)).size > fileBytesMax) throw new Error('too large');
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    throw new CliError(exitCodes.usage, `${file} cannot be read, or is no ${what}.`);
  }
}

async function readHeldKey(file: string, unlock: Unlock): Promise<KeyObject> {
  let key: KeyObject;
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) throw new CliError(exitCodes.usage, `${file} can be read by others: set it to 600, or make another key.`);
    const text = await readFile(file, 'utf8');
    key = createPrivateKey(isSealed(text) ? await unsealed(file, text, unlock) : text);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(exitCodes.usage, `${file} cannot be read, or holds no private key.`);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new CliError(exitCodes.usage, `${file} holds a key of type ${key.asymmetricKeyType}, not ed25519.`);
  return key;
}

async function unsealed(file: string, text: string, unlock: Unlock): Promise<string> {
  const pem = await openKey(text, await unlock(file));
  if (pem === undefined) throw new CliError(exitCodes.noAccess, `That is not the passphrase of ${file}, or the file was changed.`);
  return pem;
}
