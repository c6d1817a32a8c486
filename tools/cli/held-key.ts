import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { CliError, exitCodes } from './exit.ts';

const fileBytesMax = 8 * 1_048_576;

/** Makes a key that one person keeps, readable by its owner alone, and answers its public half. Throws where the file is there already. */
export async function makeHeldKey(file: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const handle = await open(file, 'wx', 0o600).catch(() => {
    throw new CliError(exitCodes.usage, `${file} is there already, or cannot be written.`);
  });
  try {
    await handle.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await handle.sync();
  } finally {
    await handle.close();
  }
  return z.string().parse(publicKey.export({ format: 'jwk' }).x);
}

/** The signature of a text by the key in a file; base64url. Throws where others can read the file, or it holds no Ed25519 key. */
export async function signWith(file: string, payload: string): Promise<string> {
  return sign(null, Buffer.from(payload), await readHeldKey(file)).toString('base64url');
}

/** The public half of the key in a file. */
export async function publicHalfOf(file: string): Promise<string> {
  return z.string().parse(createPublicKey(await readHeldKey(file)).export({ format: 'jwk' }).x);
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

async function readHeldKey(file: string): Promise<KeyObject> {
  let key: KeyObject;
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) throw new CliError(exitCodes.usage, `${file} can be read by others: set it to 600, or make another key.`);
    key = createPrivateKey(await readFile(file));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(exitCodes.usage, `${file} cannot be read, or holds no private key.`);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new CliError(exitCodes.usage, `${file} holds a key of type ${key.asymmetricKeyType}, not ed25519.`);
  return key;
}
