import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readFileIfThere, writeFileDurably } from '../kernel/durable-file.ts';
import { fingerprint, publicKeySchema } from '../protocol/index.ts';

/** The key that is this node. The private half never leaves its folder. */
export interface NodeIdentity {
  /** Raw Ed25519 public key, base64url. */
  readonly publicKey: string;
  /** What a person compares with what the console shows. */
  readonly fingerprint: string;
  /** Signs the UTF-8 bytes of a text; base64url. */
  sign(text: string): string;
}

const FILE = 'identity.pem';

/**
 * Reads the node's key from `folder`, or makes one at the first start (readable by its owner alone).
 * Throws when the file is readable by others or holds anything but an Ed25519 private key.
 */
export async function loadIdentity(folder: string): Promise<NodeIdentity> {
  const path = join(folder, FILE);
  const pem = await readFileIfThere(path);
  if (pem === undefined) {
    const { privateKey } = generateKeyPairSync('ed25519');
    await writeFileDurably(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    return identityOf(privateKey);
  }
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) throw new Error(`${FILE} can be read by others (mode ${(mode & 0o777).toString(8)}): this node's key may have been copied. Set it to 600, or delete it and enrol the node anew.`);
  return identityOf(parsePrivateKey(pem));
}

function parsePrivateKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new Error(`${FILE} holds no private key. Restore it, or delete it and enrol the node anew.`, { cause });
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${FILE} holds a key of type ${key.asymmetricKeyType}, not ed25519.`);
  return key;
}

/** The identity that an Ed25519 private key is. */
export async function identityOf(privateKey: KeyObject): Promise<NodeIdentity> {
  const publicKey = publicKeySchema.parse(createPublicKey(privateKey).export({ format: 'jwk' }).x);
  return {
    publicKey,
    fingerprint: await fingerprint(publicKey),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
  };
}
