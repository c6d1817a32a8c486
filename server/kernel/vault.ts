import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { access, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Everything that depends on the state folder's one root key. Each use has a key of its own, derived by HKDF. */
export interface Vault {
  /** AES-256-GCM. `context` (for example `signing-key:<id>`) must be the same to open. */
  seal(plain: Uint8Array, context: string): Uint8Array<ArrayBuffer>;
  /** Throws when the bytes were altered, sealed under another context, or sealed by another root key. */
  unseal(sealed: Uint8Array, context: string): Uint8Array<ArrayBuffer>;
  /** Keyed digest of a bearer secret, hex: what the database keeps in its place. */
  digest(secret: string): string;
  /** A secret of this installation for one purpose, base64url. */
  derive(purpose: string): string;
}

export function createVault(rootKey: Uint8Array): Vault {
  const subkey = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', rootKey, 'selvedge', purpose, KEY_BYTES));
  const sealingKey = subkey('seal');
  const digestKey = subkey('digest');
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce).setAAD(Buffer.from(context));
      return Uint8Array.from(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
    },
    unseal(sealed, context) {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv('aes-256-gcm', sealingKey, bytes.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return Uint8Array.from(Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]));
    },
    digest: (secret) => createHmac('sha256', digestKey).update(secret).digest('hex'),
    derive: (purpose) => subkey(`derive:${purpose}`).toString('base64url'),
  };
}

/**
 * Opens the vault of a state folder; the first call makes the folder (0700) and its key (0600). Without this key sealed
 * secrets cannot be read and tokens not be checked: it belongs in the backup, apart from the database.
 */
export async function openVault(stateFolder: string): Promise<Vault> {
  const folder = join(stateFolder, 'keys');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'root.key');
  if (!(await access(path).then(() => true, () => false))) await makeKey(folder, path);
  const key = await readFile(path);
  if (key.length !== KEY_BYTES) throw new Error(`${path} has ${key.length} bytes, not ${KEY_BYTES}: restore it from the backup`);
  return createVault(key);
}

/** The key gets its name when it is whole, and only if no other process that starts now was first. */
async function makeKey(folder: string, path: string): Promise<void> {
  const own = join(folder, `root.key.${randomBytes(8).toString('hex')}`);
  try {
    const file = await open(own, 'wx', 0o600);
    try {
      await file.writeFile(randomBytes(KEY_BYTES));
      await file.sync();
    } finally {
      await file.close();
    }
    await link(own, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(own, { force: true });
  }
}
