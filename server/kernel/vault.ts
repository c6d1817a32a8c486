import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { access, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyBytes, writeKey } from './key-file.ts';
import { readSealingKeys } from './sealing-keys.ts';
import type { SealingKey } from './sealing-keys.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Everything that depends on the keys of the state folder. From its root key each use has a key of its own, derived by HKDF; secrets are
 * sealed under that, or under the newest of the sealing keys where there are any: these can be changed while everything runs.
 */
export interface Vault {
  /** AES-256-GCM. `context` (for example `signing-key:<id>`) must be the same to open. */
  seal(plain: Uint8Array, context: string): Uint8Array<ArrayBuffer>;
  /** Throws when the bytes were altered, sealed under another context, or under a key that is not there. */
  unseal(sealed: Uint8Array, context: string): Uint8Array<ArrayBuffer>;
  /** Whether the bytes are sealed under an earlier key than the newest. Throws as `unseal` does. */
  isOutdated(sealed: Uint8Array, context: string): boolean;
  /** Keyed digest of a bearer secret, hex: what the database keeps in its place. */
  digest(secret: string): string;
  /** A secret of this installation for one purpose, base64url. */
  derive(purpose: string): string;
  /**
   * Secrets for one purpose that change with the sealing keys, by the numbers of these, for a library that seals by itself: 0 is what
   * `derive` gives, and counts where there is no sealing key.
   */
  deriveChanging(purpose: string): { newest: number; secrets: Map<number, string> };
}

/** `readKeys` gives the sealing keys, newest first, as they are at that moment. */
export function createVault(rootKey: Uint8Array, readKeys: () => readonly SealingKey[] = () => []): Vault {
  const subkeyOf = (key: Uint8Array, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', key, 'selvedge', purpose, keyBytes));
  const subkey = (purpose: string): Buffer => subkeyOf(rootKey, purpose);
  const firstKey = subkey('seal');
  const digestKey = subkey('digest');
  const sealingKeys = (): readonly Uint8Array[] => [...readKeys().map(({ key }) => key), firstKey];
  let known = sealingKeys();
  /** The bytes and the place of their key among those that there are, read anew when those that were known do not open them. */
  const opened = (sealed: Uint8Array, context: string): { plain: Uint8Array<ArrayBuffer>; place: number } => {
    for (const keys of [() => known, () => (known = sealingKeys())]) {
      for (const [place, key] of keys().entries()) {
        const plain = open(sealed, context, key);
        if (plain !== null) return { plain, place };
      }
    }
    throw new Error(`what is sealed as ${context} does not open: it was altered, or its key is not in the state folder`);
  };
  return {
    seal(plain, context) {
      known = sealingKeys();
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', known[0] ?? firstKey, nonce).setAAD(Buffer.from(context));
      return Uint8Array.from(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
    },
    unseal: (sealed, context) => opened(sealed, context).plain,
    isOutdated(sealed, context) {
      known = sealingKeys();
      return opened(sealed, context).place > 0;
    },
    digest: (secret) => createHmac('sha256', digestKey).update(secret).digest('hex'),
    derive: (purpose) => subkey(`derive:${purpose}`).toString('base64url'),
    deriveChanging(purpose) {
      const keys = [...readKeys(), { number: 0, key: rootKey }];
      return { newest: keys[0]?.number ?? 0, secrets: new Map(keys.map(({ number, key }) => [number, subkeyOf(key, `derive:${purpose}`).toString('base64url')])) };
    },
  };
}

/** Null when another key sealed the bytes, as another thing, or they were altered. */
function open(sealed: Uint8Array, context: string, key: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Uint8Array.from(Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]));
  } catch {
    return null;
  }
}

/**
 * Opens the vault of a state folder; the first call makes the folder (0700) and its key (0600). Without this key sealed
 * secrets cannot be read and tokens not be checked: it and the sealing keys belong in the backup, apart from the database.
 */
export async function openVault(stateFolder: string): Promise<Vault> {
  const folder = join(stateFolder, 'keys');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'root.key');
  if (!(await access(path).then(() => true, () => false))) await writeKey(folder, 'root.key', randomBytes(keyBytes));
  const key = await readFile(path);
  if (key.length !== keyBytes) throw new Error(`${path} has ${key.length} bytes, not ${keyBytes}: restore it from the backup`);
  return createVault(key, () => readSealingKeys(stateFolder));
}
