import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { z } from 'zod';

/** What a guess costs: 128 MiB and some tenths of a second (RFC 7914). */
const cost = { N: 2 ** 17, r: 8, p: 1 } as const;
/** What a file may ask for when it is opened. */
const memoryBytesMax = 1024 ** 3;

const base64 = z.string().max(8192).regex(/^[A-Za-z0-9_-]+$/);
const fileSchema = z.strictObject({
  schema: z.literal('selvedge.held-key/1'),
  scrypt: z.strictObject({ N: z.number().int().min(2 ** 14).max(2 ** 22), r: z.number().int().min(1).max(32), p: z.number().int().min(1).max(16), salt: base64 }).refine(({ N, r }) => 128 * N * r <= memoryBytesMax),
  nonce: base64,
  sealed: base64,
});
type SealedKey = z.infer<typeof fileSchema>;

/** A private key under a passphrase, as text: AES-256-GCM by a key of scrypt, which holds the parameters to it as well. */
export async function sealKey(pem: string, passphrase: string): Promise<string> {
  const head = { schema: 'selvedge.held-key/1', scrypt: { ...cost, salt: randomBytes(16).toString('base64url') }, nonce: randomBytes(12).toString('base64url') } as const;
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, head.scrypt), Buffer.from(head.nonce, 'base64url')).setAAD(boundOf(head));
  const sealed = Buffer.concat([cipher.update(pem, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  return `${JSON.stringify({ ...head, sealed } satisfies SealedKey, null, 2)}\n`;
}

/** The key in a text that `sealKey` made, as PEM; undefined when the passphrase is not the one, or the text was changed. Throws for what is no such text. */
export async function openKey(text: string, passphrase: string): Promise<string | undefined> {
  const { sealed, ...head } = fileSchema.parse(JSON.parse(text));
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', await keyOf(passphrase, head.scrypt), Buffer.from(head.nonce, 'base64url'), { authTagLength: 16 }).setAAD(boundOf(head)).setAuthTag(bytes.subarray(-16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** Whether a file's text is a key under a passphrase, and not a bare one. */
export function isSealed(text: string): boolean {
  return text.trimStart().startsWith('{');
}

/** What besides the key itself may not be changed. */
function boundOf({ schema, scrypt: { N, r, p, salt } }: Omit<SealedKey, 'sealed'>): Buffer {
  return Buffer.from(`${schema} ${N} ${r} ${p} ${salt}`);
}

function keyOf(passphrase: string, { N, r, p, salt }: SealedKey['scrypt']): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // One text has one passphrase, however it was typed.
    scrypt(passphrase.normalize('NFKC'), Buffer.from(salt, 'base64url'), 32, { N, r, p, maxmem: memoryBytesMax + 1024 ** 2 }, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
