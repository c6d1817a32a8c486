import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { machineDisk } from '../kernel/disk.ts';
import { readFileIfThere, renameDurably, writeFileDurably } from '../kernel/durable-file.ts';
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
const NEXT_FILE = 'identity-next.pem';

/**
 * The node's key on its disk, and the one that is to take its place.
 *
 * 1. The key by which the node is known stays until the next one is: killed at any point, the folder holds the key that the control plane knows.
 * 2. A next key is made once and kept until it is the node's, however often it is asked for: what was shown to the control plane is never thrown away.
 */
export class NodeKeys implements NodeIdentity {
  readonly #folder: string;
  #current: NodeIdentity;
  #next: NodeIdentity | undefined;

  private constructor(folder: string, current: NodeIdentity, next: NodeIdentity | undefined) {
    this.#folder = folder;
    this.#current = current;
    this.#next = next;
  }

  /**
   * Reads the node's keys from `folder`, or makes one at the first start (readable by its owner alone).
   * Throws when a file is readable by others or holds anything but an Ed25519 private key.
   */
  static async load(folder: string): Promise<NodeKeys> {
    const current = await readKey(folder, FILE);
    if (current !== undefined) return new NodeKeys(folder, current, await readKey(folder, NEXT_FILE));
    // Who deletes the key wants another one, not the one that was to follow it.
    await machineDisk.remove(join(folder, NEXT_FILE));
    return new NodeKeys(folder, await makeKey(folder, FILE), undefined);
  }

  get publicKey(): string {
    return this.#current.publicKey;
  }

  get fingerprint(): string {
    return this.#current.fingerprint;
  }

  sign(text: string): string {
    return this.#current.sign(text);
  }

  /** The key that is to take this one's place; it is on the disk before it is given out. */
  async next(): Promise<NodeIdentity> {
    this.#next ??= await makeKey(this.#folder, NEXT_FILE);
    return this.#next;
  }

  /** The next key is the node's from now on, and the one before is gone; false when this is not the next key. */
  async becomeNext(publicKey: string): Promise<boolean> {
    const next = this.#next;
    if (next?.publicKey !== publicKey) return false;
    await renameDurably(join(this.#folder, NEXT_FILE), join(this.#folder, FILE));
    this.#current = next;
    this.#next = undefined;
    return true;
  }
}

async function readKey(folder: string, file: string): Promise<NodeIdentity | undefined> {
  const path = join(folder, file);
  const pem = await readFileIfThere(path);
  if (pem === undefined) return undefined;
  const mode = (await machineDisk.facts(path))?.mode ?? 0;
  if ((mode & 0o077) !== 0) throw new Error(`${file} can be read by others (mode ${mode.toString(8)}): this node's key may have been copied. Set it to 600, or delete it and enrol the node anew.`);
  return identityOf(parsePrivateKey(file, pem));
}

async function makeKey(folder: string, file: string): Promise<NodeIdentity> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFileDurably(join(folder, file), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return identityOf(privateKey);
}

function parsePrivateKey(file: string, pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new Error(`${file} holds no private key. Restore it, or delete it and enrol the node anew.`, { cause });
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${file} holds a key of type ${key.asymmetricKeyType}, not ed25519.`);
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
