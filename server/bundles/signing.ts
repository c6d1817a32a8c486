import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Envelope } from '@selvedge/edge-runtime/protocol';

/** A key in memory, opened from the vault. */
export interface OpenSigningKey {
  keyId: string;
  privateKey: KeyObject;
}

export interface NewSigningKey {
  /** Raw public key, base64url. */
  publicKey: string;
  /** PKCS #8, DER. */
  privateKey: Uint8Array;
}

export function generateSigningKey(): NewSigningKey {
  const pair = generateKeyPairSync('ed25519');
  const { x } = pair.publicKey.export({ format: 'jwk' });
  if (x === undefined) throw new Error('an Ed25519 key has no x coordinate');
  return { publicKey: x, privateKey: pair.privateKey.export({ format: 'der', type: 'pkcs8' }) };
}

export function openSigningKey(keyId: string, privateKey: Uint8Array): OpenSigningKey {
  return { keyId, privateKey: createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' }) };
}

/** The text with one signature of each key, in the order of key ids. Ed25519 is deterministic: the same text gives the same envelope. */
export function seal(payload: string, keys: readonly OpenSigningKey[]): Envelope {
  const bytes = Buffer.from(payload);
  return { payload, signatures: inOrder(keys).map(({ keyId, privateKey }) => ({ keyId, signature: sign(null, bytes, privateKey).toString('base64url') })) };
}

/** The same of many texts, by threads beside the one that everything else runs on. */
export async function sealAll(payloads: readonly string[], keys: readonly OpenSigningKey[]): Promise<Envelope[]> {
  const sorted = inOrder(keys);
  return Promise.all(payloads.map(async (payload) => {
    const bytes = Buffer.from(payload);
    return { payload, signatures: await Promise.all(sorted.map(async ({ keyId, privateKey }) => ({ keyId, signature: (await signBeside(bytes, privateKey)).toString('base64url') }))) };
  }));
}

function inOrder(keys: readonly OpenSigningKey[]): OpenSigningKey[] {
  if (keys.length === 0) throw new Error('nothing can be signed without a key');
  return [...keys].sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
}

function signBeside(bytes: Buffer, privateKey: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign(null, bytes, privateKey, (error, signature) => (error === null ? resolve(signature) : reject(error)));
  });
}
